/// Certificates for tests, valid until 2126: one authority, servers and clients that it signed, and another authority.
/// The keys protect nothing.
package enum TestCertificates {
    /// The authority.
    package static let ca = """
        -----BEGIN CERTIFICATE-----
        MIIBVzCB/qADAgECAgIQADAKBggqhkjOPQQDAjASMRAwDgYDVQQDDAd0ZXN0LWNh
        MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjYwMTAxMDAwMDAwWjASMRAwDgYDVQQDDAd0
        ZXN0LWNhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPivr03esP+JBnf16DIeK
        i8bDa1zSuMrju+4YlcUulVHh3H23cp822gKEwUtDQmDcWh4A+Bs+ERnQTwq46aYL
        H6NCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwHQYDVR0OBBYE
        FGLl8IoLf/F6C/4FRGAgSozpITq/MAoGCCqGSM49BAMCA0gAMEUCIQCHDbvCFT+g
        ZRu0ivR0ozAFnYY8pJXLdTCSFCgFOEveNQIgRDjrncRrZb5AEmFe3BBjq5PHeJoM
        JylGsBmo+yOcRqc=
        -----END CERTIFICATE-----
        """

    /// An authority that has signed none of the others.
    package static let other = """
        -----BEGIN CERTIFICATE-----
        MIIBXzCCAQSgAwIBAgICEAEwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKdGVzdC1v
        dGhlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowFTETMBEGA1UE
        AwwKdGVzdC1vdGhlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCXuB8q7QBxJ
        0XK2l2F6qIzA8gEg6996O2I8YaF/fWFYLoDO/DMtUHwUTP+bW9WuuP56LQzyXOBJ
        EYNIlLeGNC+jQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMB0G
        A1UdDgQWBBQNNsYQZun6DXrEb5gk7TkUQECNLzAKBggqhkjOPQQDAgNJADBGAiEA
        lVmJXgFJN9y9+ufuKLQkV7zVeh/MdDlYgB0s5jTFgXYCIQC6Y3up0a4FJAadWuQe
        1iaFrj1Nly7hMm/rTvDiWT081A==
        -----END CERTIFICATE-----
        """

    /// For 127.0.0.1 and kubernetes.test.
    package static let server1 = """
        -----BEGIN CERTIFICATE-----
        MIIBqjCCAU+gAwIBAgICEAIwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdC1j
        YTAgFw0yMDAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowEjEQMA4GA1UEAwwH
        c2VydmVyMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFhd6TRCjfKpHjMqA/Ee
        Rrp3xoFw2X4Dg8REO3mbOXOQ7ETlL8KKXqyRQYj/co7svjJWWLl/xPWOtURQ8J0L
        xrKjgZIwgY8wCQYDVR0TBAIwADALBgNVHQ8EBAMCB4AwEwYDVR0lBAwwCgYIKwYB
        BQUHAwEwIAYDVR0RBBkwF4cEfwAAAYIPa3ViZXJuZXRlcy50ZXN0MB0GA1UdDgQW
        BBS4At2ZqiRxLMEHgcDKitw3uTBpHTAfBgNVHSMEGDAWgBRi5fCKC3/xegv+BURg
        IEqM6SE6vzAKBggqhkjOPQQDAgNJADBGAiEAw7ciGWWCxSsuual1L9O1aLWIx7Wu
        EwSQts47qIkc8lgCIQCle+vyJL+uU/nyKshBIKKOo68dnpXXv1adlcph/bt6mw==
        -----END CERTIFICATE-----
        """

    package static let server1Key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgonROOl2oqNUUvFgH
        aA+36c0sbve9nAccPht2IwLNKGyhRANCAARYXek0Qo3yqR4zKgPxHka6d8aBcNl+
        A4PERDt5mzlzkOxE5S/Cil6skUGI/3KO7L4yVli5f8T1jrVEUPCdC8ay
        -----END PRIVATE KEY-----
        """

    /// The same names with another key.
    package static let server2 = """
        -----BEGIN CERTIFICATE-----
        MIIBqTCCAU+gAwIBAgICEAMwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdC1j
        YTAgFw0yMDAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowEjEQMA4GA1UEAwwH
        c2VydmVyMjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFNyCpWn59t5cJJueOsD
        zvSdHVXZAZcFxxfR6o7tE2XUBba0B+n/pBJyMQ3W/EVcpu3zJX0Mq0WEIAhSRdhZ
        bMyjgZIwgY8wCQYDVR0TBAIwADALBgNVHQ8EBAMCB4AwEwYDVR0lBAwwCgYIKwYB
        BQUHAwEwIAYDVR0RBBkwF4cEfwAAAYIPa3ViZXJuZXRlcy50ZXN0MB0GA1UdDgQW
        BBRPu0/2ECjLkjc8Q350mf5crMQIdDAfBgNVHSMEGDAWgBRi5fCKC3/xegv+BURg
        IEqM6SE6vzAKBggqhkjOPQQDAgNIADBFAiEAqeXiU0742e/aLRIuJty7fsUp+JxZ
        kY8+AxLfswao4u0CIFlnHo4yX5Wuh/ozvdVsP4RsLQyMZg/zaWLMAFLN0iEB
        -----END CERTIFICATE-----
        """

    package static let server2Key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglznwiUrbQ4dHqLpF
        urrI3EPecxo+LH02SGGQrmHZZDehRANCAARTcgqVp+fbeXCSbnjrA870nR1V2QGX
        BccX0eqO7RNl1AW2tAfp/6QScjEN1vxFXKbt8yV9DKtFhCAIUkXYWWzM
        -----END PRIVATE KEY-----
        """

    /// For elsewhere.test.
    package static let stranger = """
        -----BEGIN CERTIFICATE-----
        MIIBpTCCAUqgAwIBAgICEAQwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdC1j
        YTAgFw0yMDAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
        ZWxzZXdoZXJlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZCWP3NQNrMolHf2f
        K+yeF7xuEldRhN9k/OJNfCyDJCYp25g4dLvMryWQ2cSg5g1L8G3kdbHRm4EstohU
        8gmjQaOBizCBiDAJBgNVHRMEAjAAMAsGA1UdDwQEAwIHgDATBgNVHSUEDDAKBggr
        BgEFBQcDATAZBgNVHREEEjAQgg5lbHNld2hlcmUudGVzdDAdBgNVHQ4EFgQUE9N6
        Pp7CxWd0pz2cvAn1muWV1n0wHwYDVR0jBBgwFoAUYuXwigt/8XoL/gVEYCBKjOkh
        Or8wCgYIKoZIzj0EAwIDSQAwRgIhAPYWA3+TcMXHlaFq29wRCVj31bKBJ1PRU9x2
        7eFbxqGrAiEAm5YehrxiJ76CZPijtKCjj4tMLpS1pHkzePhVM/UOwZk=
        -----END CERTIFICATE-----
        """

    package static let strangerKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJkkYpUBxSdw4losR
        FcVVyOirwh/LWlntPCLT8qrqHKihRANCAARkJY/c1A2syiUd/Z8r7J4XvG4SV1GE
        32T84k18LIMkJinbmDh0u8yvJZDZxKDmDUvwbeR1sdGbgSy2iFTyCaNB
        -----END PRIVATE KEY-----
        """

    /// CN=client1
    package static let client1 = """
        -----BEGIN CERTIFICATE-----
        MIIBnTCCAUKgAwIBAgICEAUwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdC1j
        YTAgFw0yMDAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowKTEVMBMGA1UECgwM
        c3lzdGVtOm5vZGVzMRAwDgYDVQQDDAdjbGllbnQxMFkwEwYHKoZIzj0CAQYIKoZI
        zj0DAQcDQgAEKc4As6qxuAIOUAa56V46zg3qlgyEeZstbhFnS/ef7C3v3ZKuZ+AO
        NE9Ltjjftvg2h+u4xhfF530s0stWb/lR4qNvMG0wCQYDVR0TBAIwADALBgNVHQ8E
        BAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0OBBYEFAviFVB8yulEaTmo
        Is/MWgWWHVaxMB8GA1UdIwQYMBaAFGLl8IoLf/F6C/4FRGAgSozpITq/MAoGCCqG
        SM49BAMCA0kAMEYCIQDMDqqxGm2819HqAhrJhqakJkfROt8dx67wGcAUOuGSgwIh
        AJNM6hIvSVa3Vhu5uUWxeibX8hUfvo/y4cuZL5kaGfMc
        -----END CERTIFICATE-----
        """

    package static let client1Key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGukdmFMctMoYU6wd
        GvpPN/TwKUXHhLz1is/dxjtfocShRANCAAQpzgCzqrG4Ag5QBrnpXjrODeqWDIR5
        my1uEWdL95/sLe/dkq5n4A40T0u2ON+2+DaH67jGF8XnfSzSy1Zv+VHi
        -----END PRIVATE KEY-----
        """

    /// CN=client2
    package static let client2 = """
        -----BEGIN CERTIFICATE-----
        MIIBnTCCAUKgAwIBAgICEAYwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdC1j
        YTAgFw0yMDAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowKTEVMBMGA1UECgwM
        c3lzdGVtOm5vZGVzMRAwDgYDVQQDDAdjbGllbnQyMFkwEwYHKoZIzj0CAQYIKoZI
        zj0DAQcDQgAEFsMCO0wULbccYOHkl9vWMF7aqtpGh9EPnukeawKGnoEpTut3qRYQ
        +9UDRYocgeJJhlWp5WWX7+g7jk+5iTRdFqNvMG0wCQYDVR0TBAIwADALBgNVHQ8E
        BAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0OBBYEFDDqfHam/QVNLtE8
        /lb+plt0L/qXMB8GA1UdIwQYMBaAFGLl8IoLf/F6C/4FRGAgSozpITq/MAoGCCqG
        SM49BAMCA0kAMEYCIQCldGRWimwtXyiWv1Vk8ybJBc5FCO4UmVumIdEd4wZrigIh
        AMZKZJ/Gs6SU5ebFCezn61mOMwGKyXs3gkqFrSUaIZ1d
        -----END CERTIFICATE-----
        """

    package static let client2Key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgocXdit8Djz+X2IC7
        jEAQGxAs4CJfkxufx7skCRfP9ruhRANCAAQWwwI7TBQttxxg4eSX29YwXtqq2kaH
        0Q+e6R5rAoaegSlO63epFhD71QNFihyB4kmGVanlZZfv6DuOT7mJNF0W
        -----END PRIVATE KEY-----
        """
}
