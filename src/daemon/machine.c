#include "daemon/machine.h"

#include "core/sign.h"
#include "daemon/env.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void machine_id(char out[MACHINE_TEXT])
{
    /* "08b24de0f5c14ae7a9c5d9b4c0ffee00": hashed with our name, as machine-id(5) asks. */
    char text[200] = "digestd ";
    size_t name = strlen(text);
    const char *path = env_get("DIGESTD_MACHINE_ID");
    FILE *file = fopen(path ? path : "/etc/machine-id", "re");
    bool is_read = file && fgets(text + name, (int)(sizeof text - name), file);
    if (file)
        fclose(file);
    text[strcspn(text, "\r\n")] = '\0';
    *out = '\0';
    if (!is_read || strlen(text) < name + 8)
        return;
    unsigned char hash[SIGN_SHA256];
    sign_sha256(text, strlen(text), hash);
    sign_hex(hash, (MACHINE_TEXT - 1) / 2, out);
}
