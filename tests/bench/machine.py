# SPDX-License-Identifier: GPL-2.0-or-later
"""How busy the machine is, with what is measured and without: a figure that was taken beside somebody else's work says
nothing.

Whose time is it? Ours is that of the script that started all this and of all that descends from it, and of the kernel's
threads that work for it (a loop device writes in a kworker). What the processors did besides, and what the hypervisor
took from them, is foreign.
"""
import os
import time

TICK = os.sysconf('SC_CLK_TCK')
PROCESSORS = os.cpu_count()
IDLE_PERCENT = 4     # of the machine: so much is always there
QUIET_PERCENT = 5    # foreign, in a row that counts
WAIT_SECONDS = float(os.environ.get("BENCH_WAIT", "4"))  # for an idle machine
PF_KTHREAD = 0x00200000
FOR_US = ('kworker/', 'loop', 'ksoftirqd/', 'kswapd')


def _stat(pid):
    """(parent, kernel thread?, name, seconds of its own and of children it has waited for); None when it is gone."""
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as f:
            text = f.read()
    except OSError:
        return None
    name = text[text.index('(') + 1:text.rindex(')')]
    field = text[text.rindex(')') + 2:].split()
    return int(field[1]), bool(int(field[6]) & PF_KTHREAD), name, sum(int(t) for t in field[11:15]) / TICK


def _exactly(pid):
    """CPU seconds of a kernel thread, in ns where the kernel counts so."""
    try:
        with open(f'/proc/{pid}/schedstat', encoding='ascii') as f:
            return int(f.read().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return None


def _busy():
    """CPU seconds of all processors since the start of the machine, stolen ones too."""
    with open('/proc/stat', encoding='ascii') as f:
        user, nice, system, _, _, irq, softirq, steal = (int(t) for t in f.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


class Look:
    """What the machine had done when this was made."""

    def __init__(self, root):
        self.at = time.monotonic()
        self.busy = _busy()
        stats = {int(p): s for p in os.listdir('/proc') if p.isdigit() and (s := _stat(p))}
        self.kernel = {p: _exactly(p) or s[3] for p, s in stats.items() if s[1] and s[2].startswith(FOR_US)}
        self.ours = sum(s[3] for p, s in stats.items() if _descends(p, root, stats))


def _descends(pid, root, stats):
    while pid != root and pid in stats:
        pid = stats[pid][0]
    return pid == root


class Span:
    """From one look to another: seconds, CPU seconds of the kernel's threads, foreign CPU in percent of the machine."""

    def __init__(self, before, after):
        self.seconds = after.at - before.at
        self.kernel = sum(max(t - before.kernel.get(p, 0), 0) for p, t in after.kernel.items())
        busy = after.busy - before.busy
        foreign = busy - (after.ours - before.ours) - self.kernel
        self.foreign = max(100 * foreign / self.seconds / PROCESSORS, 0)
        self.all = 100 * busy / self.seconds / PROCESSORS

    @property
    def quiet(self):
        return self.foreign <= QUIET_PERCENT


class Machine:
    """root: the process whose descendants are ours."""

    def __init__(self, root):
        self.root = root
        self.never_idle = 0

    def look(self):
        return Look(self.root)

    def wait_until_idle(self):
        """Half a second with next to nothing to do; gives up after a while, which state() says then."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            before = self.look()
            time.sleep(0.5)
            if Span(before, self.look()).all <= IDLE_PERCENT:
                return
        self.never_idle += 1

    def state(self):
        """One line for the table's head and foot."""
        with open('/proc/cpuinfo', encoding='ascii') as f:
            model = next((line.split(':')[1].strip() for line in f if line.startswith('model name')), 'unknown')
        words = f'{PROCESSORS} processors ({model}), Linux {os.uname().release}, load {os.getloadavg()[0]:.1f}'
        if self.never_idle:
            words += f'; {self.never_idle} commands began on a machine that did not become idle in {WAIT_SECONDS:.0f} s'
        return words


def quiet_ones(runs, span_of):
    """The runs that count: those on a quiet machine; all of them if there is none, and then False."""
    quiet = [run for run in runs if span_of(run).quiet]
    return (quiet, True) if quiet else (runs, False)
