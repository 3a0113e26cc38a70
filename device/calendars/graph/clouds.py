"""Microsoft's clouds: each has a Graph and an Entra of its own, and tenants live in one of them."""

from enum import StrEnum

from device.model.value import Value


class Cloud(StrEnum):
    """Where a tenant lives. The US government's GCC is in the global cloud; GCC High and DoD are not."""

    GLOBAL = "global"
    US_GOV = "us-gov"
    """GCC High."""
    US_DOD = "us-dod"
    CHINA = "china"
    """Operated by 21Vianet."""


class Servers(Value):
    """Where a cloud is reached."""

    endpoint: str
    """Graph, version and all."""
    authority: str
    """Entra."""


SERVERS = {
    Cloud.GLOBAL: Servers(
        endpoint="https://graph.microsoft.com/v1.0",
        authority="https://login.microsoftonline.com",
    ),
    Cloud.US_GOV: Servers(
        endpoint="https://graph.microsoft.us/v1.0",
        authority="https://login.microsoftonline.us",
    ),
    Cloud.US_DOD: Servers(
        endpoint="https://dod-graph.microsoft.us/v1.0",
        authority="https://login.microsoftonline.us",
    ),
    Cloud.CHINA: Servers(
        endpoint="https://microsoftgraph.chinacloudapi.cn/v1.0",
        authority="https://login.partner.microsoftonline.cn",
    ),
}
"""As Microsoft's page on national cloud deployments and that on admin consent in China have them."""
