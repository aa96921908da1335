import pytest

from crmsolid.core.http.url_guard import URL_MAX_LENGTH, UrlRefused, check_url, is_public


def refusal(url: str, *, allow_private: bool = False) -> str | None:
    try:
        check_url(url, allow_private=allow_private)
    except UrlRefused as refused:
        assert refused.detail == str(refused)
        return refused.code
    return None


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a9fe:a9fe::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "localhost",
        "",
    ],
)
def test_address_is_not_public(address: str) -> None:
    assert is_public(address) is False


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
    ],
)
def test_address_is_public(address: str) -> None:
    assert is_public(address) is True


@pytest.mark.parametrize(
    "url",
    [
        "https://your-app.example.com/webhooks/crm",
        "HTTPS://Example.COM",
        "https://example.com./hook",
        "https://example.com:443/",
        "https://example.com:8443/hook?a=b%20c#part",
        "https://under_score.example.com/",
        "https://пример.рф/путь?ключ=значение",
        "https://xn--e1afmkfd.xn--p1ai/",
        "https://8.8.8.8/hook",
        "https://[2606:4700:4700::1111]:8443/hook",
        "https://a.example.com/@someone?mail=a@b.example",
        "https://10.0.0.1.example.com/",
    ],
)
def test_url_is_accepted(url: str) -> None:
    assert refusal(url) is None


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "https_required"),
        ("ftp://example.com/", "https_required"),
        ("//example.com/", "https_required"),
        ("example.com/hook", "url_invalid"),
        ("", "url_invalid"),
        ("https://", "url_invalid"),
        ("https:///hook", "url_invalid"),
        ("https:example.com", "url_invalid"),
        ("https://exa mple.com/", "url_invalid"),
        ("https://example.com\t/", "url_invalid"),
        ("https://example.com/\r\nX-Evil: 1", "url_invalid"),
        ("https://example.com\\@127.0.0.1/", "url_invalid"),
        ("https://example.com:99999/", "url_invalid"),
        ("https://[::1/", "url_invalid"),
        ("https://[::1]x/", "url_invalid"),
        ("https://example.com/" + "a" * URL_MAX_LENGTH, "url_too_long"),
        ("https://user@example.com/", "user_info_refused"),
        ("https://user:secret@example.com/", "user_info_refused"),
        ("https://:secret@example.com/", "user_info_refused"),
        ("https://@example.com/", "user_info_refused"),
        ("https://8.8.8.8@127.0.0.1/", "user_info_refused"),
        ("https://example.com:0/", "port_refused"),
        ("https://example.com:22/", "port_refused"),
        ("https://example.com:465/", "port_refused"),
        ("https://a..example.com/", "host_invalid"),
        ("https://example.com../", "host_invalid"),
        ("https://-a.example.com/", "host_invalid"),
        ("https://%31%32%37.0.0.1/", "host_invalid"),
        ("https://exam%00ple.com/", "host_invalid"),
        ("https://" + "a" * 64 + ".com/", "host_invalid"),
        ("https://" + "a." * 127 + "com/", "host_invalid"),
        ("https://127.1/", "host_invalid"),
        ("https://0x7f000001/", "host_invalid"),
        ("https://0x7f.0.0.1/", "host_invalid"),
        ("https://0x/", "host_invalid"),
        ("https://2130706433/", "host_invalid"),
        ("https://0177.0.0.1/", "host_invalid"),
        ("https://127.0.0.1./", "host_invalid"),
        ("https://8.8.8.8./", "host_invalid"),
        ("https://8.8.2056/", "host_invalid"),
        ("https://256.1.1.1/", "host_invalid"),
        ("https://[fe80::1%25eth0]/", "host_invalid"),
        ("https://[v1.a]/", "host_invalid"),
        ("https://[v1.example.com]:443/", "host_invalid"),
        ("https://127.0.0.1/", "address_refused"),
        ("https://１２７.０.０.１/", "address_refused"),
        ("https://①②⑦.0.0.1/", "address_refused"),
        ("https://127。0。0。1/", "address_refused"),
        ("https://169.254.169.254/latest/meta-data", "address_refused"),
        ("https://100.64.0.1/", "address_refused"),
        ("https://[::1]/", "address_refused"),
        ("https://[::]/", "address_refused"),
        ("https://[::ffff:127.0.0.1]/", "address_refused"),
        ("https://[::ffff:7f00:1]/", "address_refused"),
        ("https://[64:ff9b::7f00:1]/", "address_refused"),
        ("https://[2002:7f00:1::]/", "address_refused"),
        ("https://[fd00:ec2::254]/", "address_refused"),
        ("https://localhost/", "address_refused"),
        ("https://LOCALHOST:8443/", "address_refused"),
        ("https://localhost./", "address_refused"),
        ("https://ｌocalhost/", "address_refused"),
        ("https://api.localhost/", "address_refused"),
        ("https://metadata.google.internal/", "address_refused"),
        ("https://printer.local/", "address_refused"),
        ("https://nas.home.arpa/", "address_refused"),
        ("https://postgres/", "address_refused"),
    ],
)
def test_url_is_refused(url: str, code: str) -> None:
    assert refusal(url) == code


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/hook",
        "http://127.0.0.1:80/",
        "https://10.0.0.1/",
        "http://[::1]:8080/",
        "http://receiver/hook",
        "http://nas.local:25/",
    ],
)
def test_allow_private_permits_http_any_port_and_private_addresses(url: str) -> None:
    assert refusal(url, allow_private=True) is None


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://127.0.0.1/", "https_required"),
        ("http://user@127.0.0.1/", "user_info_refused"),
        ("http://127.1/", "host_invalid"),
        ("http://localhost:0/", "port_refused"),
        ("http://a..b/", "host_invalid"),
    ],
)
def test_allow_private_still_checks_the_form(url: str, code: str) -> None:
    assert refusal(url, allow_private=True) == code
