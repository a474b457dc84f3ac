"""A few S3 calls for tests, signed by code that shares nothing with AVA's driver."""
import datetime
import hashlib
import hmac
import http.client
import urllib.parse

ACCESS, SECRET, REGION = "ava:admin", "secretkey", "us-east-1"


def call(endpoint, method, path, body=b"", secret=SECRET):
    """One signed request; returns (status, body). `path` is /bucket/key, not quoted."""
    host = urllib.parse.urlsplit(endpoint).netloc
    quoted = urllib.parse.quote(path)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    names = "host;x-amz-content-sha256;x-amz-date"
    canonical = f"{method}\n{quoted}\n\nhost:{host}\nx-amz-content-sha256:{digest}\nx-amz-date:{now}\n\n{names}\n{digest}"
    scope = f"{now[:8]}/{REGION}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + secret).encode()
    for part in (now[:8], REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers = {"Host": host, "x-amz-date": now, "x-amz-content-sha256": digest, "Authorization":
               f"AWS4-HMAC-SHA256 Credential={ACCESS}/{scope}, SignedHeaders={names}, Signature={signature}"}
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, quoted, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def put(endpoint, path, body=b""):
    status, answer = call(endpoint, "PUT", path, body)
    assert status == 200, (path, status, answer)
