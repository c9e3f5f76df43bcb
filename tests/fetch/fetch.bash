# SPDX-License-Identifier: GPL-2.0-or-later
# Real servers for the pxfetch tests and benchmark: started on an address, waited for, ended by pid. Sourced.
#
# FETCH_IN is the command prefix under which servers run ("ip netns exec NAME", or nothing). Every server's pid goes to
# FETCH_PIDS; fetch_stop ends them all.

FETCH_PIDS=()
FETCH_IN=()
FETCH_DEB=$PX_BUILD/deb

# free_port udp|tcp: a port of 127.0.0.1 that nobody has at the moment
free_port() {
	python3 - "$1" <<-'PY'
		import socket, sys
		kind = socket.SOCK_DGRAM if sys.argv[1] == "udp" else socket.SOCK_STREAM
		s = socket.socket(socket.AF_INET, kind)
		s.bind(("127.0.0.1", 0))
		print(s.getsockname()[1])
	PY
}

# unpack_deb PKG...: a package that must not be installed, to $FETCH_DEB/PKG; returns 1 when the archive does not give
# it
unpack_deb() {
	local suite pkg
	suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-trixie}")
	for pkg; do
		[ -d "$FETCH_DEB/$pkg" ] && continue
		"$PX_TOP/kbuild/archive.sh" -b "$PX_BUILD" -s "$suite" deb "$pkg" >&2 || return 1
	done
}

# run_server NAME COMMAND...: in the background; output to $FETCH_DIR/NAME.log
run_server() {
	local name=$1
	shift
	"${FETCH_IN[@]}" "$@" >"$FETCH_DIR/$name.log" 2>&1 3>&- &
	FETCH_PIDS+=($!)
}

# listening udp|tcp PORT: somebody listens there (in the servers' namespace)
listening() {
	local flag=-t
	[ "$1" = udp ] && flag=-u
	"${FETCH_IN[@]}" ss -Hln $flag "sport = :$2" | grep -q .
}

start_dnsmasq() { # ROOT ADDRESS PORT
	# its TFTP port cannot be chosen: PORT must be 69 unless the address is ours alone
	run_server dnsmasq dnsmasq --no-daemon --conf-file=/dev/null --port=0 --enable-tftp --tftp-root="$1" \
		--listen-address="$2" --bind-interfaces --user=root --pid-file= --tftp-max=50
	wait_for 10 listening udp 69
}

start_hpa() { # ROOT ADDRESS PORT
	run_server hpa "$FETCH_DEB/tftpd-hpa/usr/sbin/in.tftpd" -L -a "$2:$3" -s "$1" -u root
	wait_for 10 listening udp "$3"
}

start_atftpd() { # ROOT ADDRESS PORT
	run_server atftpd "$FETCH_DEB/atftpd/usr/sbin/atftpd" --daemon --no-fork --user root --group root \
		--logfile "$FETCH_DIR/atftpd.trace" --bind-address "$2" --port "$3" --verbose=5 "$1"
	wait_for 10 listening udp "$3"
}

start_nginx() { # ROOT ADDRESS PORT
	mkdir -p "$FETCH_DIR/nginx"
	cat >"$FETCH_DIR/nginx.conf" <<-CONF
		daemon off; master_process off; pid $FETCH_DIR/nginx/pid; error_log stderr;
		events { worker_connections 64; }
		http {
			access_log off; sendfile on; tcp_nopush on;
			client_body_temp_path $FETCH_DIR/nginx; proxy_temp_path $FETCH_DIR/nginx;
			fastcgi_temp_path $FETCH_DIR/nginx;
			uwsgi_temp_path $FETCH_DIR/nginx; scgi_temp_path $FETCH_DIR/nginx;
			server {
				listen $2:$3; root $1;
				location /moved/ { rewrite ^/moved/(.*)\$ /\$1 redirect; }
				location = /loop { return 302 /loop; }
				location /ssi/ { alias $1/; ssi on; ssi_types *; }
			}
		}
	CONF
	run_server nginx nginx -c "$FETCH_DIR/nginx.conf"
	wait_for 10 listening tcp "$3"
}

fetch_stop() {
	stop "${FETCH_PIDS[@]}"
	FETCH_PIDS=()
}

# A private network: namespaces NAME-s (servers, 192.0.2.1) and NAME-c (client, 192.0.2.2) joined by a veth pair.
make_network() { # NAME
	FETCH_NET=$1
	ip netns add "$1-s" && ip netns add "$1-c" || return 1
	ip -n "$1-s" link add px0 type veth peer name px0 netns "$1-c"
	ip -n "$1-s" addr add 192.0.2.1/24 dev px0
	ip -n "$1-c" addr add 192.0.2.2/24 dev px0
	ip -n "$1-s" -6 addr add 2001:db8::1/64 dev px0 nodad
	ip -n "$1-c" -6 addr add 2001:db8::2/64 dev px0 nodad
	local side
	for side in s c; do
		ip -n "$1-$side" link set lo up
		ip -n "$1-$side" link set px0 up
	done
	FETCH_IN=(ip netns exec "$1-s")
}

# lose PERCENT: of the packets that the client receives and sends (0: none)
lose() {
	ip netns exec "$FETCH_NET-c" nft flush ruleset
	[ "$1" = 0 ] && return 0
	ip netns exec "$FETCH_NET-c" nft -f - <<-RULES
		table inet px {
			chain in { type filter hook input priority 0; iifname px0 udp dport != 0 numgen random mod 100 < $1 drop; }
			chain out { type filter hook output priority 0; oifname px0 udp dport != 0 numgen random mod 100 < $1 drop; }
		}
	RULES
}

delete_network() {
	ip netns del "$FETCH_NET-s" 2>/dev/null || true
	ip netns del "$FETCH_NET-c" 2>/dev/null || true
}

# start_dav FOLDER TEMP [LINES]: nginx takes PUT into FOLDER (sets PORT); what is on its way is in TEMP, LINES go into
# the configuration of its server
start_dav() {
	need nginx ss
	PORT=$(free_port tcp)
	mkdir -p "$FETCH_DIR/temp"
	cat >"$FETCH_DIR/dav.conf" <<-CONF
		daemon off; master_process off; pid $FETCH_DIR/pid; error_log stderr;
		events { worker_connections 64; }
		http {
			log_format put '\$request_method \$uri \$status'; access_log $FETCH_DIR/access put;
			client_body_temp_path $2; client_max_body_size 0;
			proxy_temp_path $FETCH_DIR/temp; fastcgi_temp_path $FETCH_DIR/temp;
			uwsgi_temp_path $FETCH_DIR/temp; scgi_temp_path $FETCH_DIR/temp;
			server { listen 127.0.0.1:$PORT; root $1; dav_methods PUT; ${3:-} }
		}
	CONF
	run_server nginx nginx -c "$FETCH_DIR/dav.conf"
	wait_for 10 listening tcp "$PORT"
}
