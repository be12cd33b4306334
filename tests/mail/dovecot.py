"""Debian's Dovecot, as an operator runs it, in a folder of its own; for machines that have it."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tests.mail.imap_server import PASSWORD, USER

BINARY = shutil.which("dovecot")
PATIENCE = 10.0

# mail_max_userip_connections: a test opens many connections at once.
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%n
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
mail_uid = {mail_user}
mail_gid = {mail_group}
first_valid_uid = 1
mail_max_userip_connections = 100
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/mail/%n
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Entwuerfe {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Gesendet {{
    auto = create
    special_use = \\Sent
  }}
}}
"""


@contextmanager
def dovecot() -> Iterator[int]:
    """A running Dovecot; its port. Nothing of it is left at the end of the block."""
    assert BINARY is not None
    port, folder = _free_port(), Path(mkdtemp(prefix="dovecot-"))
    _prepare(folder, port)
    command = [BINARY, "-F", "-c", str(folder / "dovecot.conf")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(folder, port, process)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)
            shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _prepare(folder: Path, port: int) -> None:
    """As root its helpers run as their own user and the mails belong to nobody: Dovecot refuses mails of root."""
    folder.chmod(0o755)
    me = pwd.getpwuid(os.getuid()).pw_name
    root = os.getuid() == 0
    names = (
        {"user": "dovenull", "group": "dovecot", "mail_user": "nobody", "mail_group": "nogroup"}
        if root
        else dict.fromkeys(("user", "group", "mail_user", "mail_group"), me)
    )
    for name in ("run", "state", "mail"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if root:
        shutil.chown(folder / "mail", names["mail_user"], names["mail_group"])
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
    (folder / "users").chmod(0o644)
    (folder / "dovecot.conf").write_text(CONFIG.format(folder=folder, port=port, **names))


def _wait(folder: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.02)
        else:
            return
