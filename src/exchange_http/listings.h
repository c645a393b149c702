/* listings.h: where well-known US stocks and funds are listed, as the vendor writes it. */
#ifndef EXCHANGE_HTTP_LISTINGS_H
#define EXCHANGE_HTTP_LISTINGS_H

/* "NASDAQ", "ARCA", ...; "NYSE" for every symbol that the table does not have. */
const char *listing_exchange(const char *symbol);

#endif
