#include "daemon/http_words.h"

#include <curl/curl.h>

static bool is_certificate(int code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR ||
           code == CURLE_SSL_INVALIDCERTSTATUS;
}

static const char *words(int code, bool left)
{
    switch (code) {
    case CURLE_OK:
        return "the answer was cut off";
    case CURLE_UNSUPPORTED_PROTOCOL:
        return left ? "the answer is not HTTP" : "the address is not one of http or https";
    case CURLE_URL_MALFORMAT:
        return "the address is not a valid one";
    case CURLE_COULDNT_RESOLVE_HOST:
        return "the name is not known";
    case CURLE_COULDNT_CONNECT:
        return "no connection: refused or not reachable";
    case CURLE_OPERATION_TIMEDOUT:
        return left ? "no whole answer in time" : "no connection in time";
    case CURLE_GOT_NOTHING:
        return "the connection was closed without an answer";
    case CURLE_PARTIAL_FILE:
        return "the answer was cut off";
    case CURLE_SEND_ERROR:
        return "the connection broke while sending";
    case CURLE_RECV_ERROR:
        return left ? "the connection broke before the whole answer was here"
                    : "the connection broke at once";
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return "the answer is not HTTP";
    case CURLE_SSL_CONNECT_ERROR:
        return "the TLS connection could not be made";
    case CURLE_PEER_FAILED_VERIFICATION:
        return "the server's certificate is not accepted";
    case CURLE_SSL_CACERT_BADFILE:
        return "the file of trusted certificates cannot be read";
    default:
        return NULL;
    }
}

/* --- the proxy's own --- */

static const char *socks_words(int said)
{
    switch (said) {
    case CURLPX_NO_AUTH:
    case CURLPX_USER_REJECTED:
        return "wants another name and password";
    case CURLPX_REPLY_HOST_UNREACHABLE:
    case CURLPX_REPLY_NETWORK_UNREACHABLE:
    case CURLPX_REPLY_CONNECTION_REFUSED:
    case CURLPX_REPLY_TTL_EXPIRED:
        return "cannot reach it";
    case CURLPX_REPLY_NOT_ALLOWED:
        return "does not allow it";
    case CURLPX_BAD_VERSION:
    case CURLPX_UNKNOWN_MODE:
        return "does not speak SOCKS";
    default:
        return "did not make the connection";
    }
}

/* What the proxy did, behind its name; NULL = it is not to blame. `status` is for the tunnel's answer. */
static const char *proxy_words(const struct http_trouble *what)
{
    switch (what->code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "is not known by that name";
    case CURLE_COULDNT_CONNECT:
        return "does not answer: refused or not reachable";
    case CURLE_PROXY: /* with socks5: the name is looked up here */
        return what->proxy_said == CURLPX_RESOLVE_HOST ? NULL : socks_words(what->proxy_said);
    case CURLE_OPERATION_TIMEDOUT:
        return "made no connection in time";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR: /* else it is the other side's, through the tunnel */
        return what->proxy_certificate ? "shows a certificate that is not accepted" : NULL;
    case CURLE_RECV_ERROR: /* also a CONNECT that was refused */
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_WEIRD_SERVER_REPLY:
        return what->tunnel / 100 == 2 ? NULL : "broke the connection off";
    default:
        return NULL;
    }
}

/* "api.example.org: the proxy 10.0.0.1:1080 wants a name and password (407)"; false = not its fault. */
static bool blame_proxy(struct buf *out, const struct http_trouble *what)
{
    const char *said = *what->proxy && !what->left ? proxy_words(what) : NULL;
    if (!said)
        return false;
    if (what->tunnel >= 300)
        buf_addf(out, "the proxy %s %s (%d)", what->proxy,
            what->tunnel == 407 ? "wants another name and password" : "did not make the connection",
            what->tunnel);
    else
        buf_addf(out, "the proxy %s %s", what->proxy, said);
    return true;
}

void http_words(struct buf *out, const struct http_trouble *what, struct answer *answer)
{
    buf_addf(out, "%s: ", *what->host ? what->host : "(no host)");
    answer->proxy = blame_proxy(out, what);
    if (answer->proxy)
        return;
    answer->certificate = !what->left && is_certificate(what->code);
    int code = what->code == CURLE_PROXY ? CURLE_COULDNT_RESOLVE_HOST : what->code;
    const char *said = words(code, what->left);
    answer->walled = what->walled && !what->left;
    answer->too_large = what->too_large;
    if (answer->walled)
        buf_adds(out, "its address is in a private network");
    else if (what->too_large)
        buf_addf(out, "the answer is larger than %zu bytes", what->too_large);
    else if (what->repeated)
        buf_adds(out, "the connection was closed before an answer; not sent a second time");
    else if (said)
        buf_adds(out, said);
    else
        buf_addf(out, "%s", curl_easy_strerror((CURLcode)what->code));
    /* About certificates and TLS libcurl names the cause and at most the host. */
    bool tls = what->code == CURLE_SSL_CONNECT_ERROR || what->code == CURLE_PEER_FAILED_VERIFICATION;
    if (tls && what->curl_said[0])
        buf_addf(out, " (%s)", what->curl_said);
}
