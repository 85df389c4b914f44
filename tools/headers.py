"""The headers that a host should send, in the words of common hosts.

The policy stands in `index.html`, once; `frame-ancestors` is only heeded in a header.
"""

import re
from typing import Final

POLICY: Final = "Content-Security-Policy"

_META: Final = re.compile(r'http-equiv="Content-Security-Policy"\s+content="([^"]*)"')


def policy(page: str) -> str:
    """Give the policy that stands in a page."""
    match = _META.search(page)
    if match is None:
        raise ValueError("the page has no policy")
    return match[1]


def headers(page: str) -> dict[str, str]:
    """Give the headers for a site with this page."""
    return {
        POLICY: f"{policy(page)}; frame-ancestors 'self'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), usb=()",
    }


def sent_by_worker(page: str) -> dict[str, str]:
    """Give those of the offline worker, which learns later who may hold the page."""
    return {**headers(page), POLICY: policy(page)}


def files(all_: dict[str, str]) -> dict[str, str]:
    """Give the files to be put in the site, by name."""
    return {
        "_headers": _netlify(all_),
        ".htaccess": _apache(all_),
        "web.config": _iis(all_),
        "hosting/nginx.conf": _nginx(all_),
        "hosting/Caddyfile": _caddy(all_),
    }


def _netlify(all_: dict[str, str]) -> str:
    lines = "".join(f"  {name}: {value}\n" for name, value in all_.items())
    return f"/*\n{lines}"


def _apache(all_: dict[str, str]) -> str:
    lines = "".join(
        f'  Header always set {name} "{value}"\n' for name, value in all_.items()
    )
    types = "AddType application/wasm .wasm\nAddType text/javascript .js\n"
    return f"{types}<IfModule mod_headers.c>\n{lines}</IfModule>\n"


def _nginx(all_: dict[str, str]) -> str:
    lines = "".join(
        f'  add_header {name} "{value}" always;\n' for name, value in all_.items()
    )
    return f"location / {{\n  root /path/to/dist;\n{lines}}}\n"


def _caddy(all_: dict[str, str]) -> str:
    lines = "".join(f'    {name} "{value}"\n' for name, value in all_.items())
    return f":443 {{\n  root * /path/to/dist\n  file_server\n  header {{\n{lines}  }}\n}}\n"


def _iis(all_: dict[str, str]) -> str:
    lines = "".join(
        f'        <add name="{name}" value="{value}" />\n'
        for name, value in all_.items()
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <system.webServer>
    <staticContent>
      <remove fileExtension=".wasm" />
      <mimeMap fileExtension=".wasm" mimeType="application/wasm" />
      <remove fileExtension=".whl" />
      <mimeMap fileExtension=".whl" mimeType="application/octet-stream" />
      <remove fileExtension=".snapshot" />
      <mimeMap fileExtension=".snapshot" mimeType="application/octet-stream" />
      <remove fileExtension=".webmanifest" />
      <mimeMap fileExtension=".webmanifest" mimeType="application/manifest+json" />
      <remove fileExtension="." />
      <mimeMap fileExtension="." mimeType="text/plain" />
    </staticContent>
    <httpProtocol>
      <customHeaders>
{lines}      </customHeaders>
    </httpProtocol>
  </system.webServer>
</configuration>
"""
