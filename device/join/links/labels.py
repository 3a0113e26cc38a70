"""The words that stand before a number or a passcode, as invitations print them, by what they mean and by language.

A space in a label stands for any space, hyphen, line's end or nothing: "Meeting-ID", "Meeting ID" and "MeetingID" are
one. What begins like a shorter label is listed as well where it means something else, so that "Phone conference ID" is
not read as an id to join with.
"""

from enum import StrEnum


class Means(StrEnum):
    """What a label announces."""

    MEETING_ID = "meeting-id"
    PASSCODE = "passcode"
    DIAL_PASSCODE = "dial-passcode"
    """Digits for telephones and room systems."""
    VTC_ID = "vtc-id"
    VTC_ADDRESS = "vtc-address"
    PIN = "pin"
    NOTHING = "nothing"
    """Of no use for joining as a guest: a telephone's conference, a host's key."""


LABELS: dict[Means, dict[str, str]] = {
    Means.MEETING_ID: {
        "en": "meeting id | meeting number | webinar id | webinar number | event number | session number",
        "de": (
            "besprechungs id | meeting kennnummer | meeting nummer | besprechungsnummer | webinar id | konferenz "
            "nummer | sitzungs id | meeting kennung"
        ),
        "fr": (
            "id de réunion | id de la réunion | id réunion | numéro de réunion | numéro de la réunion | "
            "identifiant de réunion | identifiant de la réunion | id de webinaire | n° de réunion"
        ),
        "es": (
            "id de reunión | id. de reunión | id de la reunión | id. de la reunión | número de reunión | número "
            "de la reunión | identificador de la reunión | id de seminario web"
        ),
        "pt": (
            "id da reunião | id de reunião | id. da reunião | número da reunião | id do webinar | identificação "
            "da reunião"
        ),
        "it": "id riunione | id della riunione | numero riunione | numero della riunione | id meeting | id webinar",
        "nl": "vergaderings id | vergadering id | vergader id | vergaderingsnummer | vergadernummer | meeting nr",
        "sv": "mötes id | mötesnummer | möte id",
        "da": "møde id | mødenummer | møde nummer",
        "nb": "møte id | møtenummer | møte nummer",
        "fi": "kokouksen tunnus | kokoustunnus | kokouksen id | kokousnumero | kokouksen numero | kokous id",
        "pl": "identyfikator spotkania | numer spotkania | id spotkania",
        "cs": "id schůzky | číslo schůzky | identifikátor schůzky | id meetingu",
        "sk": "id schôdze | číslo schôdze | id stretnutia",
        "hu": "értekezlet azonosítója | értekezletazonosító | értekezlet azonosító | meeting azonosító",
        "ro": "id întâlnire | id ul întâlnirii | id ședință | numărul întâlnirii",
        "tr": "toplantı kimliği | toplantı no | toplantı numarası | toplantı id",
        "ru": (
            "идентификатор конференции | идентификатор собрания | идентификатор встречи | номер конференции | "
            "номер совещания | номер собрания"
        ),
        "uk": "ідентифікатор конференції | ідентифікатор наради | ідентифікатор зустрічі | номер наради",
        "el": "αναγνωριστικό σύσκεψης | αριθμός σύσκεψης",
        "he": "מזהה פגישה | מזהה הפגישה | מספר פגישה",
        "ar": "معرف الاجتماع | معرّف الاجتماع | رقم الاجتماع",
        "id": "id rapat | nomor rapat",
        "vi": "id cuộc họp | số cuộc họp",
        "th": "รหัสการประชุม | หมายเลขการประชุม",
        "ja": "ミーティング id | 会議 id | ミーティング番号 | 会議番号 | ウェビナー id | ウェビナー番号 | イベント番号",
        "zh": "会议 id | 会议号 | 会议号码 | 会议标识 | 會議 id | 會議號 | 會議號碼 | 會議識別碼 | 网络研讨会 id",
        "ko": "회의 id | 모임 id | 회의 번호 | 웨비나 id | 미팅 id",
    },
    Means.PASSCODE: {
        "en": (
            "passcode | password | meeting password | meeting passcode | access code | event password | webinar "
            "passcode | pass code | participant passcode | attendee passcode | guest pin | participant pin | "
            "attendee pin | meeting pin | conference pin | security code"
        ),
        "de": (
            "kenncode | passwort | kennwort | meeting passwort | meeting kennwort | zugangscode | zugriffscode | "
            "zugangskennwort | gast pin | besprechungskennwort | teilnehmer pin"
        ),
        "fr": (
            "code secret | mot de passe | mot de passe de la réunion | mot de passe de réunion | code d'accès | "
            "code d’accès | code confidentiel | code de sécurité"
        ),
        "es": (
            "código de acceso | contraseña | contraseña de la reunión | contraseña de reunión | clave de acceso | "
            "pin de invitado"
        ),
        "pt": "senha de acesso | senha | senha da reunião | código de acesso | palavra passe | código secreto",
        "it": ("codice d'accesso | codice d’accesso | codice di accesso | password riunione | password della riunione"),
        "nl": "toegangscode | wachtwoord | wachtwoordcode | vergaderwachtwoord | wachtwoord voor vergadering",
        "sv": "lösenord | lösenkod | möteslösenord | åtkomstkod",
        "da": "adgangskode | kodeord | mødeadgangskode | mødekode",
        "nb": "passord | tilgangskode | møtepassord | passkode | sikkerhetskode",
        "fi": "tunnuskoodi | salasana | pääsykoodi | kokouksen salasana | kokouksen tunnuskoodi",
        "pl": "kod dostępu | hasło | hasło spotkania | hasło do spotkania",
        "cs": "heslo | přístupový kód | heslo schůzky",
        "sk": "heslo | prístupový kód",
        "hu": "jelszó | hozzáférési kód | pin kód | jelkód",
        "ro": "parolă | parola | cod de acces | codul de acces",
        "tr": "parola | geçiş kodu | şifre | toplantı parolası | erişim kodu",
        "ru": "код доступа | пароль | секретный код | пароль совещания | пароль конференции",
        "uk": "код доступу | пароль | секретний код",
        "el": "κωδικός πρόσβασης | κωδικός",
        "he": "קוד גישה | סיסמה | קוד סודי",
        "ar": "رمز المرور | كلمة المرور | رمز الدخول",
        "id": "kode sandi | kata sandi",
        "vi": "mật mã | mật khẩu",
        "th": "รหัสผ่าน",
        "ja": (
            "パスコード | パスワード | ミーティングパスワード | ミーティングパスコード | アクセスコード | "
            "会議パスワード"
        ),
        "zh": "密码 | 会议密码 | 入会密码 | 访问码 | 密碼 | 會議密碼 | 通行碼 | 通行码 | 存取碼 | 口令",
        "ko": "암호 | 비밀번호 | 회의 비밀번호 | 회의 암호 | 패스코드 | 액세스 코드",
    },
    Means.DIAL_PASSCODE: {
        "en": (
            "numeric passcode | numeric password | numeric meeting password | phone passcode | telephone passcode "
            "| phone password | video system passcode | video system password | phone/video password | h.323/sip "
            "passcode | h.323/sip password | sip/h.323 passcode | room system passcode"
        ),
        "de": "numerisches passwort | numerischer kenncode | telefon kenncode | telefonkenncode | telefonpasscode",
        "fr": "mot de passe numérique | code secret numérique | code secret téléphonique",
        "es": "contraseña numérica | código de acceso numérico | código de acceso telefónico",
        "pt": "senha numérica | senha do telefone",
        "it": "password numerica | codice d'accesso numerico",
        "ja": "数字パスワード | 数字のパスワード | 電話パスコード | 数値パスコード",
        "zh": "数字密码 | 數字密碼 | 电话密码",
    },
    Means.VTC_ID: {
        "en": (
            "video conference id | video conferencing id | videoconference id | vtc conference id | vtc id | "
            "video id | vc id | videoconferencing id"
        ),
        "de": "videokonferenz id | video konferenz id | videokonferenzkennung | vtc konferenz id",
        "fr": ("id de conférence vidéo | id de vidéoconférence | id de la vidéoconférence | id vidéo | id de la vidéo"),
        "es": (
            "id de videoconferencia | id. de videoconferencia | id de la videoconferencia | id de conferencia de "
            "vídeo | id de conferencia de video | id de vídeo | id de video | id. de vídeo"
        ),
        "pt": "id da videoconferência | id de videoconferência | id do vídeo | id de conferência de vídeo",
        "it": "id videoconferenza | id della videoconferenza | id conferenza video | id video",
        "nl": "id van videovergadering | videovergaderings id | id videovergadering | videoconferentie id",
        "sv": "videokonferens id | id för videokonferens | video id",
        "da": "videokonference id | id for videokonference",
        "nb": "videokonferanse id | id for videokonferanse",
        "fi": "videoneuvottelun tunnus | videoneuvottelutunnus | videon tunnus | videokokouksen tunnus",
        "pl": "identyfikator wideokonferencji | identyfikator konferencji wideo | identyfikator wideo",
        "cs": "id videokonference | id videa",
        "hu": "videokonferencia azonosítója | videokonferencia azonosító",
        "tr": "video konferans kimliği | video kimliği",
        "ru": "идентификатор видеоконференции | идентификатор видео | код видеоконференции",
        "ja": "ビデオ会議 id | ビデオ会議の id | テレビ会議 id | ビデオ id",
        "zh": "视频会议 id | 視訊會議 id | 視訊會議識別碼 | 视频 id | 視訊識別碼",
        "ko": "화상 회의 id | 비디오 회의 id | 비디오 id",
    },
    Means.VTC_ADDRESS: {
        "en": "tenant key",
        "de": "mandantenschlüssel",
        "fr": "clé de locataire | clé du locataire | clé client",
        "es": "clave de inquilino | clave del inquilino",
        "pt": "chave do locatário | chave de locatário | chave do inquilino",
        "it": "chiave tenant | chiave del tenant",
        "nl": "tenantsleutel | tenant sleutel",
        "sv": "klientorganisationsnyckel | klientnyckel | innehavarnyckel",
        "da": "lejernøgle | lejer nøgle",
        "nb": "leiernøkkel | leier nøkkel",
        "fi": "vuokraajan avain | vuokraaja avain",
        "pl": "klucz dzierżawy",
        "ja": "テナント キー",
        "zh": "租户密钥 | 租用戶金鑰",
        "ko": "테넌트 키",
    },
    Means.PIN: {
        "en": "pin | pin code",
        "fr": "code pin",
        "es": "código pin",
        "ja": "暗証番号",
        "zh": "个人识别码",
    },
    Means.NOTHING: {
        "en": (
            "phone conference id | telephone conference id | audio conference id | conference id | dial in id | "
            "conference number | host key | host pin | host code | host passcode | host password | moderator pin "
            "| moderator passcode | moderator code | organizer pin | chairperson pin | leader pin | panelist "
            "password | panelist passcode | participant id | wi fi password | wifi password | wlan password | "
            "audio pin | attendee id | numeric id"
        ),
        "de": (
            "telefonkonferenz id | telefon konferenz id | konferenz id | audiokonferenz id | host key | host pin "
            "| hostschlüssel | host schlüssel | moderator pin | moderatoren pin | teilnehmer id | wlan passwort | "
            "wlan kennwort | host kenncode"
        ),
        "fr": (
            "id de conférence téléphonique | id de la conférence téléphonique | id de conférence | clé de l'hôte "
            "| clé de l’hôte | clé d'hôte | code hôte | code pin de l'hôte | mot de passe wifi | mot de passe wi "
            "fi | id de participant"
        ),
        "es": (
            "id de conferencia telefónica | id de conferencia | id. de conferencia | id. de conferencia "
            "telefónica | clave de anfitrión | clave del anfitrión | contraseña del wifi | contraseña wifi | id "
            "de participante"
        ),
        "pt": (
            "id de conferência telefónica | id da conferência telefônica | id da conferência | chave do host | "
            "chave do anfitrião | id do participante"
        ),
        "it": ("id conferenza telefonica | id della conferenza telefonica | id conferenza | chiave host | codice host"),
        "nl": "id van telefonische vergadering | telefonische vergadering id | conferentie id | host sleutel",
        "sv": "telefonkonferens id | konferens id | värdnyckel",
        "da": "telefonkonference id | konference id | værtsnøgle",
        "nb": "telefonkonferanse id | konferanse id | vertsnøkkel",
        "fi": "puhelinneuvottelun tunnus | neuvottelun tunnus | puhelinkonferenssin tunnus | isännän avain",
        "pl": "identyfikator konferencji telefonicznej | identyfikator konferencji | klucz gospodarza",
        "cs": "id telefonní konference | id konference | klíč hostitele",
        "ru": "идентификатор телефонной конференции | ключ организатора | идентификатор участника",
        "ja": "電話会議 id | 電話会議の id | ホストキー | ホスト キー | ホスト pin | 参加者 id | 主催者 pin",
        "zh": "电话会议 id | 電話會議識別碼 | 電話會議 id | 主持人密钥 | 主持人密鑰 | 主持人 pin | 参会者 id",
        "ko": "전화 회의 id | 호스트 키 | 참가자 id",
    },
}
"""Labels of a language are separated by bars."""
