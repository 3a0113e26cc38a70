#!/bin/sh
# Make the font files beside this script from Debian and npm packages of named versions; see README.md.
#   sh build.sh /an/empty/folder
# Needs apt (any Debian 12), npm, and a Python with fonttools 4.65 and brotli.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1
cd "$work"

apt-get download fonts-noto-core=20201225-1 fonts-noto-cjk=1:20220127+repack1-1
for deb in *.deb; do dpkg -x "$deb" debian; done
npm pack inter-ui@4.1.1 @fontsource/noto-emoji@5.3.2
for pack in *.tgz; do mkdir -p "${pack%.tgz}" && tar -xzf "$pack" -C "${pack%.tgz}" --strip-components=1; done
noto=debian/usr/share/fonts
inter=inter-ui-4.1.1
emoji=fontsource-noto-emoji-5.3.2

# Japanese: what JIS X 0208 has, kana, the squared and full-width forms, and the names that registers keep.
python3 - <<'END' >japanese.txt
pairs = (bytes((row, cell)) for row in range(0xA1, 0xFF) for cell in range(0xA1, 0xFF))
characters = {pair.decode("euc_jp", "ignore") for pair in pairs}
characters = {one for one in characters if len(one) == 1 and ord(one) >= 0x2E80}
for first, last in ((0x3000, 0x30FF), (0x31F0, 0x33FF), (0xFF01, 0xFFEF)):
    characters |= {chr(code) for code in range(first, last + 1)}
print("".join(sorted(characters | set("髙﨑𠮷𠮟﨟塚祥神羽"))))
END

subset() {
    output=$1; source=$2; shift 2
    pyftsubset "$source" --output-file="$here/$output" --no-hinting --notdef-outline --name-IDs=0,1,2,3,4,5,6,13,14 "$@"
}

latin=20-7E,A0-52F,1E00-1FFF,2000-209F,20A0-20CF,2100-23FF,2460-24FF,2500-27BF,FFFD
for weight in Regular SemiBold Bold; do
    subset Inter-$weight.ttf $inter/web/Inter-$weight.woff2 \
        --unicodes=$latin --layout-features=kern,mark,mkmk,ccmp,locl,calt,tnum
done
# The arm of the heavy r stands 15 units (of 2048) above the small letters, and hinting makes a whole pixel of that.
python3 - "$here/Inter-SemiBold.ttf" "$here/Inter-Bold.ttf" <<'END'
import sys
from fontTools.ttLib import TTFont

for path in sys.argv[1:]:
    font = TTFont(path)
    letter = font["glyf"][font.getBestCmap()[ord("r")]]
    for at, (x, y) in enumerate(letter.coordinates):
        letter.coordinates[at] = (x, min(y, 1126))
    letter.recalcBounds(font["glyf"])
    font.save(path)
END

for weight in Regular Bold; do
    subset NotoSansArabic-$weight.ttf $noto/truetype/noto/NotoSansArabic-$weight.ttf \
        --unicodes=600-6FF,750-77F,8A0-8FF,200C-200F,FB50-FDFF,FE70-FEFF --layout-features='*'
    subset NotoSansHebrew-$weight.ttf $noto/truetype/noto/NotoSansHebrew-$weight.ttf \
        --unicodes=590-5FF,FB1D-FB4F --layout-features='*'
    subset NotoSansThai-$weight.ttf $noto/truetype/noto/NotoSansThai-$weight.ttf \
        --unicodes=E00-E7F --layout-features='*'
    subset NotoSansJP-$weight.otf $noto/opentype/noto/NotoSansCJK-$weight.ttc --font-number=0 \
        --text-file=japanese.txt --layout-features=kern,ccmp,locl --drop-tables+=VORG,vhea,vmtx,BASE
done
subset NotoSansSymbols2-Regular.ttf $noto/truetype/noto/NotoSansSymbols2-Regular.ttf \
    --unicodes=2190-2BFF,1F100-1F1E5,1F780-1F8FF --layout-features=ccmp
subset NotoEmoji-SemiBold.ttf $emoji/files/noto-emoji-emoji-600-normal.woff2 \
    --unicodes='*' --layout-features=ccmp

cp $inter/LICENSE.txt "$here/Inter-OFL.txt"
cp $emoji/LICENSE "$here/NotoEmoji-OFL.txt"
{
    echo "Noto Sans Arabic, Hebrew, Symbols 2, Thai: Copyright 2015-2020 Google LLC. All Rights Reserved."
    echo "Noto Sans JP (a part of Noto Sans CJK JP): © 2014-2021 Adobe (http://www.adobe.com/)."
    sed 1d $emoji/LICENSE
} >"$here/Noto-OFL.txt"
python3 "$here/coverage.py" "$here"
# The letters of dots are made by the kiosk itself: python -m kiosk.type.strikes
