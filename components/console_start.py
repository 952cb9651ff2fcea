"""What the console does at boot, as a pure text: mount the data volume, fetch the secrets, start the image."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from string import Template

DEVICE = "/dev/sdh"
HTTP_PORT = 8080

# The env file lies in memory and is gone after docker has read it: no secret is written to a disk by this script.
_SCRIPT = Template("""#!/bin/bash
set -euo pipefail
umask 077

until [ -e $device ]; do sleep 1; done
blkid $device || mkfs.xfs $device
mkdir -p /data
grep -q ' /data ' /etc/fstab || echo '$device /data xfs defaults,nofail 0 2' >> /etc/fstab
mountpoint -q /data || mount /data

dnf install -y docker jq
systemctl enable --now docker

secret() { aws secretsmanager get-secret-value --region $region --secret-id "$$1" --query SecretString --output text; }

$login
until docker pull $image; do sleep 10; done
env_file=$$(mktemp -p /dev/shm)
trap 'rm -f "$$env_file"' EXIT
config=$$(secret $config)
credentials=$$(secret $credentials)
part() { jq -r ".$$1" <<< "$$credentials"; }
{
  echo "CLOUD_PROVIDER=aws"
  echo "CONSOLE_INITIAL_USER=admin"
  echo "CONFIG=$$config"
  echo "CONSOLE_INITIAL_PASSWORD=$$(part password)"
  echo "CONSOLE_INITIAL_ACCESS_KEY=$$(part access_key)"
  echo "CONSOLE_INITIAL_SECRET_KEY=$$(part secret_key)"
$proxy} > "$$env_file"
docker rm -f automq-console 2>/dev/null || true
docker run -d --name automq-console --net=host --restart unless-stopped -v /data:/root --env-file "$$env_file" \\
  --log-driver awslogs --log-opt awslogs-region=$region --log-opt awslogs-group=$log_group \\
  --log-opt awslogs-stream=console $image
""")


@dataclass(frozen=True)
class Start:
    """What the script needs to know: the region, the image, two secrets by name and the log group by name."""

    region: str
    image: str
    config_secret: str
    credentials_secret: str
    log_group: str
    proxy: str | None = None
    """Host and port of the one way out, where there is no internet."""

    def script(self) -> str:
        """The user data; it names secrets and holds none."""
        return _SCRIPT.substitute(
            device=DEVICE,
            region=shlex.quote(self.region),
            image=shlex.quote(self.image),
            config=shlex.quote(self.config_secret),
            credentials=shlex.quote(self.credentials_secret),
            log_group=shlex.quote(self.log_group),
            login=self._login(),
            proxy=self._proxied(),
        )

    def _proxied(self) -> str:
        """What the console's process is told of the proxy: the usual variables, and what a JVM takes."""
        if self.proxy is None:
            return ""
        host, _, port = self.proxy.rpartition(":")
        aws = f".{self.region}.amazonaws.com{'.cn' if self.region.startswith('cn-') else ''}"
        near = ("localhost", "127.0.0.1", "169.254.169.254", aws, ".automq.private")
        direct = "|".join(f"*{name}" if name.startswith(".") else name for name in near)
        java = f"-Dhttps.proxyHost={host} -Dhttps.proxyPort={port} -Dhttp.nonProxyHosts={direct}"
        told = (f"HTTPS_PROXY=http://{self.proxy}", f"NO_PROXY={','.join(near)}", f"JAVA_TOOL_OPTIONS={java}")
        return "".join(f"  echo {shlex.quote(line)}\n" for line in told)

    def _login(self) -> str:
        registry = self.image.partition("/")[0]
        if ".dkr.ecr." not in registry:
            return f"# {registry} needs no login"
        user = f"docker login --username AWS --password-stdin {shlex.quote(registry)}"
        return f"aws ecr get-login-password --region {shlex.quote(self.region)} | {user}"
