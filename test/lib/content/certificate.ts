/**
 * A certificate for the loopback interface that only the tests trust (localhost, store.localhost, 127.0.0.1; valid for a
 * hundred years). Its key protects nothing.
 */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBrDCCAVOgAwIBAgIUB5lupH9S0+/rEdSitzlnma5PQWswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIxNDEwOFoYDzIxMjYxMDI4
MjE0MTA4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATg9DYBd8DEeI4+TGWsLtmHr/IXmz0w3nC6kfxa+v6CBy7xVIvc3oMz
LA0CmFqPbGtdxZvQ70jeLxBhAJi7DSeAo4GAMH4wHQYDVR0OBBYEFKttzhtawhRg
8bzszT2m10jj4P1fMB8GA1UdIwQYMBaAFKttzhtawhRg8bzszT2m10jj4P1fMA8G
A1UdEwEB/wQFMAMBAf8wKwYDVR0RBCQwIoIJbG9jYWxob3N0gg9zdG9yZS5sb2Nh
bGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDRwAwRAIgNEcPpioYP4lEf1JKFdtiBECD
Bo4EXniMA5yxNZmCxssCID5WOVW82iuYg5RisXR3mbSfw3spJfi7ELdmrfFg4SqW
-----END CERTIFICATE-----
`;
export const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQged4jqxWxeqbZcXID
RpKa9wm7dDpGjeDhi2mgzChi/UehRANCAATg9DYBd8DEeI4+TGWsLtmHr/IXmz0w
3nC6kfxa+v6CBy7xVIvc3oMzLA0CmFqPbGtdxZvQ70jeLxBhAJi7DSeA
-----END PRIVATE KEY-----
`;
