"""Write the snapshots and contracts of the three deployments anew.

cd tests && ../.venv/bin/python -m vendor_accounts
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from vendor_accounts import cluster, first, second
from vendor_accounts.snapshots import snapshot

ACCOUNTS = Path(__file__).parents[1] / "accounts"
DEPLOYMENTS = {"vendor-ec2-first": first, "vendor-ec2-second": second, "vendor-eks": cluster}

if __name__ == "__main__":
    for name in sys.argv[1:] or DEPLOYMENTS:
        contract, made = snapshot(DEPLOYMENTS[name])
        folder = ACCOUNTS / name
        shutil.rmtree(folder, ignore_errors=True)
        made.write(folder)
        (folder / "contract.json").write_text(contract.text())
