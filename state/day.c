#include "state/day.h"
#include "core/calendar.h"
#include <assert.h>

int64_t search_row(const char *day, int64_t item)
{
    assert(item > 0 && item <= UINT32_MAX);
    int year = 0, month = 0, date = 0;
    int64_t days = 0;
    if (sscanf(day, "%4d-%2d-%2d", &year, &month, &date) == 3)
        days = civil_days(year, month, date);
    if (days < 0)
        days = 0;
    return days * ((int64_t)1 << 32) + (UINT32_MAX - item);
}

int64_t search_item(int64_t row)
{
    return UINT32_MAX - (row & UINT32_MAX);
}
