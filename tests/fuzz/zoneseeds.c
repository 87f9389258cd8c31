/* Makes the seeds of the fuzz target core_zone in the folder named:
 * cc -I../unit -o zoneseeds zoneseeds.c && ./zoneseeds seeds/core_zone */
#include <stdio.h>

#include "tzif.h"

static int save(const char *folder, const char *name, const struct tzif *file)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(file->bytes, 1, file->len, out) != file->len || fclose(out)) {
        perror(path);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name, *footer;
    } rules[] = {{"none", ""}, {"plain", "<+0545>-5:45"}, {"north", "CET-1CEST,M3.5.0,M10.5.0/3"},
        {"south", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"}, {"early", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"},
        {"late", "IST-2IDT,M3.4.4/26,M10.5.0"}, {"julian", "AAA0BBB,J60/0,J300/0"},
        {"days", "AAA0BBB,59/0,300/0"}, {"always", "XXX3EDT4,0/0,J365/23"},
        {"week", "AAA24BBB-24:59:59,0/-167,365/167"}};
    int failed = argc != 2;
    struct tzif file;
    for (size_t i = 0; !failed && i < sizeof rules / sizeof *rules; i++) {
        file = tzif_file(1774746000, rules[i].footer);
        failed = save(argv[1], rules[i].name, &file);
    }
    file.len = 0;
    tzif_block(&file, '\0', 4, 0);
    failed = failed || save(argv[1], "version1", &file);
    file = tzif_file(INT64_MAX, "CET-1CEST,M3.5.0,M10.5.0/3");
    failed = failed || save(argv[1], "far", &file);
    file.len -= 20;
    failed = failed || save(argv[1], "cut", &file);
    return failed;
}
