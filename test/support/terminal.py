# Runs a command on a terminal of its own. When it has printed the text, either presses Enter (or types what is given),
# or closes the terminal. Prints what the command wrote, and ends with its exit status.
#
#   python3 terminal.py enter|close <text> <command> [argument …]
import os
import pty
import sys

action, text, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen = b""
done = False
while not done or action == "enter":
    try:
        data = os.read(terminal, 4096)
    except OSError:  # the other end is gone
        break
    if not data:
        break
    seen += data
    if not done and text.encode() in seen:
        done = True
        if action == "enter":
            os.write(terminal, b"\n")
        else:
            os.close(terminal)
_, status = os.waitpid(pid, 0)
sys.stdout.write(seen.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
