/* Plain text to paste anywhere: for groups that no robot can reach. */
#ifndef ADAPTERS_TEXT_H
#define ADAPTERS_TEXT_H

#include "adapters/adapter.h"

extern const struct adapter text_adapter;

#endif
