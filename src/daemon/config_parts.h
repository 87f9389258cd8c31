/* Inside the configuration only: the parts of the file. Each returns -1 with the loader's error. */
#ifndef DAEMON_CONFIG_PARTS_H
#define DAEMON_CONFIG_PARTS_H

#include "daemon/config_values.h"

/* A name that can be typed at the shell, several of them parted by commas. */
int config_name(struct loader *loader, int line, int column, const char *name);
int config_sources(struct loader *loader, struct yaml *at);
/* Sources only rooms listen to count at once, unless the file says otherwise. After the channels. */
void config_settle(struct setup *setup);
int config_bots(struct loader *loader, struct yaml *at);
int config_channels(struct loader *loader, struct yaml *at);
int config_rules(struct loader *loader, struct yaml *at, struct rule **rules, size_t *count);

#endif
