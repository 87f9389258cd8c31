/* Asks Telegram's own library: one JSON request a line on standard input, one answer a line on standard
 * output. usage: td_execute LIBRARY (libtdjson.so of npm's prebuilt-tdlib). Only calls that need no network.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef const char *(*execute_call)(const char *request);

int main(int argc, char **argv)
{
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) {
        fprintf(stderr, "td_execute: %s\n", argc == 2 ? dlerror() : "which library?");
        return 2;
    }
    execute_call execute;
    *(void **)&execute = dlsym(library, "td_execute");
    if (!execute) {
        fprintf(stderr, "td_execute: %s\n", dlerror());
        return 2;
    }
    execute("{\"@type\":\"setLogVerbosityLevel\",\"new_verbosity_level\":0}");
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        const char *answer = execute(line);
        printf("%s\n", answer ? answer : "{\"@type\":\"error\",\"message\":\"no answer\"}");
        fflush(stdout);
    }
    free(line);
    _exit(0); /* the library's threads need no farewell */
}
