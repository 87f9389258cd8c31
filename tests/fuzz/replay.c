/* Runs every file of the folders named through a fuzz target, so that seeds are replayed by any compiler. */
#include <dirent.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (!dir) {
            fprintf(stderr, "no seeds in %s\n", argv[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(dir));) {
            if (entry->d_name[0] == '.')
                continue;
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            FILE *file = fopen(path, "rb");
            if (!file) {
                perror(path);
                return 1;
            }
            size_t cap = 32u << 20;
            uint8_t *bytes = malloc(cap);
            size_t size = fread(bytes, 1, cap, file);
            fclose(file);
            uint8_t *exact = malloc(size ? size : 1); /* so that a read past the end is seen */
            memcpy(exact, bytes, size);
            free(bytes);
            LLVMFuzzerTestOneInput(exact, size);
            free(exact);
            count++;
        }
        closedir(dir);
    }
    printf("%zu seeds replayed\n", count);
    return count ? 0 : 1;
}
