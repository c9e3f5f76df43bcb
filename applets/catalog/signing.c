/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signing a catalog. See signing.h.
 */
//kbuild:lib-$(CONFIG_PX_CATALOG_SIGN) += signing.o

#include "libbb.h"
#include "catalog/local.h"
#include "catalog/signing.h"
#include "verify/signature.h"

/* The secret key's kind, by its first line. */
enum kind { SSH, MINISIGN, SIGNIFY };

static enum kind kind_of(const char *text)
{
	if (!is_prefixed_with(text, "untrusted comment: "))
		return SSH;
	return is_prefixed_with(text, "untrusted comment: minisign") ? MINISIGN : SIGNIFY;
}

/* The public half's file: ID.pub for ID; NAME.pub for NAME.key and NAME.sec; malloc'ed. */
static char *public_path(const char *key_path)
{
	char *stem = xstrdup(key_path), *dot = strrchr(bb_basename(stem), '.'), *path;

	if (is_suffixed_with(key_path, ".pub"))
		return stem;
	if (dot && (strcmp(dot, ".key") == 0 || strcmp(dot, ".sec") == 0))
		*dot = '\0';
	path = xasprintf("%s.pub", stem);
	free(stem);
	return path;
}

/* Runs the program that signs file into file.sig; it may ask for a password. 0; -1 after a message. */
static int run_signer(enum kind kind, const char *key_path, const char *file, const char *sig)
{
	const char *ssh[] = { "ssh-keygen", "-q", "-Y", "sign", "-n", PX_SIGNATURE_NAMESPACE, "-f", key_path, file,
			NULL };
	const char *minisign[] = { "minisign", "-S", "-s", key_path, "-m", file, "-x", sig, NULL };
	const char *signify[] = { "signify", "-S", "-s", key_path, "-m", file, "-x", sig, NULL };
	const char **argv = kind == SSH ? ssh : kind == MINISIGN ? minisign : signify;
	pid_t pid = xvfork();
	int status;

	if (pid == 0) {
		xmove_fd(xopen("/dev/null", O_WRONLY), STDOUT_FILENO);
		if (kind == SIGNIFY) /* Debian's name for it: its signify is another program */
			execvp("signify-openbsd", (char **)argv);
		execvp(argv[0], (char **)argv);
		_exit(127);
	}
	status = wait4pid(pid);
	if (status)
		bb_error_msg("%s %s (exit status %d)", argv[0], status == 127 ? "is not installed" : "did not sign",
				status);
	return status ? -1 : 0;
}

/* text of key_path's public half into keys. 0; -1 after a message. */
static int load_public(struct px_keys *keys, const char *key_path)
{
	char *path = public_path(key_path), *why;
	size_t len_bytes = PX_KEY_FILE_BYTES_MAX + 1;
	char *text = xmalloc_open_read_close(path, &len_bytes);

	memset(keys, 0, sizeof(*keys));
	why = text ? px_keys_add(keys, bb_basename(path), text, len_bytes)
			: xasprintf("the public key is not there: %s", strerror(errno));
	if (why)
		bb_error_msg("%s: %s", path, why);
	free(text);
	free(path);
	return why ? -1 : 0;
}

/* In a folder of its own, since each program writes beside the file that it signs. */
static char *sign_in(const char *folder, enum kind kind, const char *key_path, const char *text, size_t len_bytes,
		size_t *sig_bytes)
{
	char *file = xasprintf("%s/images", folder), *sig = xasprintf("%s/images.sig", folder), *signature = NULL;
	int fd = xopen3(file, O_WRONLY | O_CREAT | O_EXCL, 0600);

	xwrite(fd, text, len_bytes);
	xclose(fd);
	*sig_bytes = PX_SIGNATURE_BYTES_MAX + 1;
	if (run_signer(kind, key_path, file, sig) == 0) {
		signature = xmalloc_open_read_close(sig, sig_bytes);
		if (!signature)
			bb_perror_msg("%s", sig);
	}
	unlink(sig);
	unlink(file);
	free(sig);
	free(file);
	return signature;
}

char* FAST_FUNC px_signing_make(const char *key_path, const char *text, size_t len_bytes, size_t *sig_bytes,
		enum px_status *status)
{
	char folder[] = "/tmp/px-sign.XXXXXX", *signature, *why;
	size_t key_bytes = PX_KEY_FILE_BYTES_MAX + 1;
	char *key = xmalloc_open_read_close(key_path, &key_bytes);
	const struct px_key *by;
	struct px_keys keys;

	*status = PX_IO;
	if (!key) {
		bb_perror_msg("%s", key_path);
		return NULL;
	}
	if (load_public(&keys, key_path) != 0)
		return NULL;
	if (!mkdtemp(folder))
		bb_perror_msg_and_die("%s", folder);
	signature = sign_in(folder, kind_of(key), key_path, text, len_bytes, sig_bytes);
	rmdir(folder);
	free(key);
	if (!signature)
		return NULL;
	why = px_signature_check(&keys, text, len_bytes, signature, *sig_bytes, &by);
	*status = why ? PX_AUTH : PX_OK;
	if (!why)
		return signature;
	bb_error_msg("what was signed would be refused by a machine: %s", why);
	free(why);
	free(signature);
	return NULL;
}

enum px_status FAST_FUNC px_signing_check(const char *key_path, const char *path, const char *text, size_t len_bytes)
{
	char *sig_path = xasprintf("%s.sig", path), *signature, *why;
	size_t sig_bytes = PX_SIGNATURE_BYTES_MAX + 1;
	const struct px_key *by;
	struct px_keys keys;

	if (load_public(&keys, key_path) != 0)
		return PX_IO;
	if (access(sig_path, F_OK) != 0)
		sig_path = xasprintf("%s.minisig", path);
	signature = xmalloc_open_read_close(sig_path, &sig_bytes);
	if (!signature) {
		bb_error_msg("%s: not signed (%s)", path, strerror(errno));
		return PX_AUTH;
	}
	why = px_signature_check(&keys, text, len_bytes, signature, sig_bytes, &by);
	if (why)
		bb_error_msg("%s: %s", sig_path, why);
	else
		printf("%s: signed by %s (%s)\n", path, by->name, by->print);
	return why ? PX_AUTH : PX_OK;
}
