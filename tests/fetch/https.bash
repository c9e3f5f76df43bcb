# SPDX-License-Identifier: GPL-2.0-or-later
# Certificates and TLS servers for the HTTPS tests, made when they are needed. Sourced.

# make_ca NAME: NAME.pem, NAME.key; the folder that openssl ca writes its book into
make_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 30 \
		-subj "/CN=px test CA $1" -addext keyUsage=critical,keyCertSign 2>/dev/null
	mkdir -p "$1.d"
	: >"$1.d/index"
	cat >"$1.cnf" <<-CNF
		[ ca ]
		default_ca = px
		[ px ]
		database = $PWD/$1.d/index
		new_certs_dir = $PWD/$1.d
		rand_serial = yes
		unique_subject = no
		policy = any
		default_md = sha256
		[ any ]
		commonName = supplied
	CNF
}

# make_cert NAME CA SUBJECT-ALT-NAMES [KEY-OPTIONS [FROM TO]]: NAME.pem (with the CA's behind it, as servers want it),
# NAME.key
make_cert() {
	local from to
	from=${5:-$(date -u -d yesterday +%Y%m%d%H%M%SZ)} to=${6:-$(date -u -d '10 days' +%Y%m%d%H%M%SZ)}
	# shellcheck disable=SC2086 # options
	openssl req -new -newkey ${4:-ec -pkeyopt ec_paramgen_curve:P-256} -nodes -keyout "$1.key" -out "$1.csr" \
		-subj "/CN=px $1" 2>/dev/null
	echo "subjectAltName=$3" >"$1.ext"
	openssl ca -batch -notext -config "$2.cnf" -cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -extfile "$1.ext" \
		-startdate "$from" -enddate "$to" -out "$1.leaf" 2>"$1.log"
	cat "$1.leaf" "$2.pem" >"$1.pem"
}

LOCAL=DNS:localhost,IP:127.0.0.1,IP:::1

# tls_site NAME CERTIFICATE [CONFIGURATION-LINE...]: a server of nginx.conf, whose port is in $NAME_PORT
tls_site() {
	local port
	port=$(free_port tcp)
	printf -v "$1_PORT" %s "$port"
	printf -v "$1" %s "https://127.0.0.1:$port"
	{
		echo "server { listen 127.0.0.1:$port ssl; listen [::1]:$port ssl; root $FETCH_DIR/root;"
		echo "ssl_certificate $PKI/$2.pem; ssl_certificate_key $PKI/$2.key;"
		printf '%s\n' "${@:3}" "}"
	} >>"$FETCH_DIR/sites"
}

# start_sites: nginx with what tls_site has said
start_sites() {
	mkdir -p "$FETCH_DIR/nginx"
	cat >"$FETCH_DIR/nginx.conf" <<-CONF
		daemon off; master_process off; pid $FETCH_DIR/nginx/pid; error_log stderr;
		events { worker_connections 64; }
		http {
			log_format px '\$connection \$request \$status \$ssl_protocol \$ssl_cipher \$ssl_server_name';
			access_log $FETCH_DIR/access px; sendfile on; client_max_body_size 0;
			ssl_protocols TLSv1.2 TLSv1.3;
			client_body_temp_path $FETCH_DIR/nginx; proxy_temp_path $FETCH_DIR/nginx; fastcgi_temp_path $FETCH_DIR/nginx;
			uwsgi_temp_path $FETCH_DIR/nginx; scgi_temp_path $FETCH_DIR/nginx;
			include $FETCH_DIR/sites;
		}
	CONF
	run_server nginx nginx -c "$FETCH_DIR/nginx.conf"
	local port
	for port in $(sed -n 's/.*listen 127.0.0.1:\([0-9]*\) .*/\1/p' "$FETCH_DIR/sites"); do
		wait_for 10 listening tcp "$port"
	done
}

# start_s_server CERTIFICATE OPTION...: openssl's, which serves files of the folder it runs in; sets PORT
start_s_server() {
	PORT=$(free_port tcp)
	# its own end of file on standard input would end it
	run_server "s_server-$PORT" openssl s_server -accept "127.0.0.1:$PORT" -cert "$PKI/$1.pem" -cert_chain "$PKI/$1.pem" \
		-key "$PKI/$1.key" -HTTP "${@:2}"
	wait_for 10 listening tcp "$PORT"
}

# start_odd KIND: odd_tls.py; sets PORT
start_odd() {
	rm -f odd.port
	run_server odd python3 "$PX_TOP/tests/fetch/odd_tls.py" "$1" "$PKI/good" odd.port
	wait_for 10 test -s odd.port
	PORT=$(cat odd.port)
}
