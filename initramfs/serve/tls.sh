#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes what a web server needs to serve BUILD/tftpboot by https on ADDRESS, with certificates of our own:
# BUILD/serve/tls gets a CA (once: ca.key stays on this machine), a certificate for the address, and nginx.conf; give.sh
# gives ca.pem to machines as etc/px/ca.pem, so that they know the server again.
#
#   tls.sh BUILD ADDRESS PORT USER ROOT     ROOT: where USER finds BUILD/tftpboot
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../kbuild/conf.sh"

# quiet COMMAND...: its words only when it fails
quiet() {
	"$@" >"$tls/log" 2>&1 || { cat "$tls/log" >&2; die "$1 failed (above)"; }
}

make_ca() {
	[ ! -s "$tls/ca.pem" ] || return 0
	quiet openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 3650 \
		-keyout "$tls/ca.key" -out "$tls/ca.new" -subj "/CN=PXE Imager on $(uname -n)" \
		-addext keyUsage=critical,keyCertSign,cRLSign
	mv "$tls/ca.new" "$tls/ca.pem"
}

# For a machine whose clock is a day slow, too. openssl ca, since openssl x509 cannot date back before version 3.4.
make_certificate() {
	if [ -s "$tls/server.pem" ] && [ "$(cat "$tls/address" 2>/dev/null)" = "$address" ] &&
		openssl x509 -in "$tls/server.pem" -noout -checkend $((30 * 86400)) >"$tls/log"; then
		return 0
	fi
	: >"$tls/index"
	cat >"$tls/ca.cnf" <<-CNF
		[ ca ]
		default_ca = px
		[ px ]
		database = $tls/index
		new_certs_dir = $tls
		rand_serial = yes
		unique_subject = no
		policy = any
		default_md = sha256
		[ any ]
		commonName = supplied
		[ server ]
		basicConstraints = critical,CA:FALSE
		keyUsage = critical,digitalSignature
		extendedKeyUsage = serverAuth
		subjectAltName = IP:$address,DNS:$(uname -n)
	CNF
	quiet openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tls/server.key" \
		-out "$tls/server.csr" -subj "/CN=PXE Imager $address"
	quiet openssl ca -batch -notext -config "$tls/ca.cnf" -cert "$tls/ca.pem" -keyfile "$tls/ca.key" \
		-in "$tls/server.csr" -extensions server -startdate "$(date -u -d '2 days ago' +%Y%m%d%H%M%SZ)" \
		-enddate "$(date -u -d '1 year' +%Y%m%d%H%M%SZ)" -out "$tls/server.new"
	mv "$tls/server.new" "$tls/server.pem"
	echo "$address" >"$tls/address"
}

write_nginx() {
	cat >"$tls/nginx.conf" <<-CONF
		daemon off; pid $tls/nginx.pid; error_log stderr; user $user $(id -gn "$user");
		events { worker_connections 1024; }
		http {
			access_log off; sendfile on; default_type application/octet-stream;
			client_body_temp_path $tls/temp; proxy_temp_path $tls/temp; fastcgi_temp_path $tls/temp;
			uwsgi_temp_path $tls/temp; scgi_temp_path $tls/temp;
			ssl_protocols TLSv1.2 TLSv1.3;
			server {
				listen $address:$port ssl; root $root;
				ssl_certificate $tls/server.pem; ssl_certificate_key $tls/server.key;
			}
		}
	CONF
}

main() {
	[ $# = 5 ] || { echo "usage: tls.sh BUILD ADDRESS PORT USER ROOT" >&2; exit 2; }
	build=$(cd "$1" && pwd) address=$2 port=$3 user=$4 root=$5
	tls=$build/serve/tls
	for tool in openssl nginx; do
		command -v $tool >/dev/null ||
			die "no $tool, which TLS=yes needs (apt-get install openssl nginx-light)"
	done
	umask 077 # keys
	mkdir -p "$tls"
	make_ca
	make_certificate
	write_nginx
}

main "$@"
