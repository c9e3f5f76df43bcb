# SPDX-License-Identifier: GPL-2.0-or-later
# The server that takes reports, for every test that wants to know what was said to it.
#
#	load ../report/report

# report_server FOLDER [WAY]: starts it on loopback (its HTTP port is $port, if set), what it gets is in FOLDER. Sets
# SERVER (its pid, which teardown stops), UDP and HTTP (its ports).
report_server() {
	mkdir -p "$1"
	"$PX_TOP/tests/report/report_server" -a "127.0.0.1:${port:-0}" "$@" 3>&- &
	SERVER=$!
	wait_for 20 test -s "$1/ports"
	read -r UDP HTTP <"$1/ports"
}
