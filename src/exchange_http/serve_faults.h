/* serve_faults.h: scripts of faults on the operator's face. */
#ifndef EXCHANGE_HTTP_SERVE_FAULTS_H
#define EXCHANGE_HTTP_SERVE_FAULTS_H

#include "exchange_http/call.h"

void serve_faults(struct call *call);        /* GET /faults */
void serve_faults_change(struct call *call); /* POST /faults */

#endif
