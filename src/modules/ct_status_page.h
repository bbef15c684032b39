/*
 * ct_status_page.h -- the status page, as it stands in the binary.
 *
 * The build makes it from ct_status_page.html (auto/embed).
 */

#ifndef CT_STATUS_PAGE_H
#define CT_STATUS_PAGE_H

#include "core/ct_config.h"

extern const uint8_t ct_status_page[];
extern const size_t  ct_status_page_len;

#endif /* CT_STATUS_PAGE_H */
