/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Public keys that signatures are held against.
 */
#ifndef PX_KEYS_H
#define PX_KEYS_H 1

enum {
	PX_SIGNATURE_BYTES_MAX = 4096, /* of a signature's file */
	PX_KEY_FILE_BYTES_MAX = 4096,  /* of a file of keys */
	PX_KEYS_MAX = 16,
	PX_KEY_NAME_BYTES = 64,
};

/* what ssh-keygen -n must say: a signature that was made for something else is none */
#define PX_SIGNATURE_NAMESPACE "px-imager"

enum px_key_kind { PX_KEY_SSH, PX_KEY_SSH_SK, PX_KEY_NUMBERED };

struct px_key {
	enum px_key_kind kind;
	uint8_t point[32];             /* the Ed25519 public key */
	uint8_t number[8];             /* minisign, signify: which key it is, as it stands in both files */
	uint8_t application[32];       /* token: SHA-256 of what it was made for ("ssh:") */
	char name[PX_KEY_NAME_BYTES];  /* for people: the key's comment, else the file's name; printable */
	char print[56];                /* "SHA256:..." as ssh-keygen -l says it; "ID ..." as minisign does */
};

struct px_keys {
	unsigned count;
	struct px_key keys[PX_KEYS_MAX];
};

#endif
