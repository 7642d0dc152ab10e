/*
 * Keys made for these tests and for nothing else: one of every type that
 * signs tokens, in every form, made and described by another implementation
 * (Python's cryptography).
 */
#ifndef JG_TESTS_JOSE_KEYS_H
#define JG_TESTS_JOSE_KEYS_H

struct test_key {
    const char *name;
    const char *describe;   /* what jg_key_describe() should say */
    const char *algs;       /* all that it verifies, separated by spaces */
    const char *thumbprint; /* RFC 7638 */
    const char *private_pem, *public_pem; /* PKCS#8, SPKI */
    const char *private_jwk, *public_jwk;
};

/* clang-format off */
static const struct test_key test_keys[] = {
    {.name = "rsa2048",
     .describe = "RSA 2048",
     .algs = "RS256 RS384 RS512 PS256 PS384 PS512",
     .thumbprint = "dMmhNHP72QnhlOb-CtVC9BCWpBFj8x34b8rW4KU6Q7I",
     .private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC71rTr+azPo2Ft\n"
        "jDt6UpkY0s7L1Mc61h62/6rD4CsSU8SKw9pARtC8AcVHXvaI2O3wZyFfv7Obosjx\n"
        "EZNUEVNVVzvWMBTiQMpLhF6CaBxW/bYWFIMUsGXLq3c3cPbGUyq/fISJEui8k6XL\n"
        "eqMyBgcAa8kBu/n6SYDVXJKjdb1kyl0Hp464n3hDuEn9vtmQ4wHY5w/olarK5arm\n"
        "Uukkq6faftY0qxIFPAqkct74hZ0e2w4sZxud2H9fiRkJodtnSPA6eZukDlHxDTfj\n"
        "35XF/M8M6jM8I+PLjrosHQ1z9JlHYj91fvyCNV2pksQcX7ArQJxlvAfV7wNOLkX6\n"
        "64ensMYTAgMBAAECggEAKYX3nbimVopH9dcLqOlMdbvYQh/p4NxHku2musE51EXX\n"
        "S1OrUg01hHIhwbrA5hSKWNv7eTagBjYwlHXtqyZfVRzBGgKsAy4Oai47VDmeli5k\n"
        "y7HCHlc2UZU4d/WNX98vsn/cro6TC2jaPEaCgALsFlA9cZgz1PvdsozRz7et4/Mk\n"
        "6I7bN7dpgrm83Ok2/vmCHq6jPeKfjVEo0SuqsJ97SJEwiLvSrqPybTl+0mN/TDwl\n"
        "vk5vPRxew1Jm/FrGEXA+bQLYhoVKY+cg6AVSDWjj6UW+r0gRNWVKIfCU1Q8wkEpZ\n"
        "WDdfRx9X5nfIFz37hWARmtLhheeye/0de22yBUmCZQKBgQDtLPwwvfiAn9uby7Bw\n"
        "Vq2aLcJpD8Ejeu+rjIMe6owgJzC2J0C6eDtxjoImRuKTLhl6kCCx5Q4dwH1IcKPE\n"
        "IO2xFX9Sb8F5zGDntu3c16SzI0jvJl9ncmhBmg17CYbJqy1WjVchR+DACSXWuVo6\n"
        "UnJy3lWq00UIGdVtO/3zP41XNQKBgQDKv0aNdUzaZKRK6WcuEoVTl3HoeXckPoi/\n"
        "cKIfjWRU2lt0qyKXwcFK5mQAmwxndz8gDj77VYHojJGeWOf+1TmYhFBE/gUaojHK\n"
        "OzNCuIVpCD///d0lHC/6JwTAujXfhdHfpXs+PDgYZSfezKmdHzPfmQtEKSezBsO1\n"
        "fhnc1o0pJwKBgBXdodp0iSaClmKEot2YgCTItzWsaCf3O4VbTPNauFR2iH0inUsT\n"
        "rpdHhiQ1QMpE48By7TC5Z1XC20oEaHS6fG9pBfX5q6Ko/v4d1UwY7Ww+gojZxs3o\n"
        "tEfoBfoj5LNO/r0OBsxgrg3GSiDDsdfSpg6FBOzc0W5vw0dw0nbMkyFJAoGBALGO\n"
        "RYlIut9f2AnK0hOlIKIONTF0foR9R2DwkOq09rLg78sCvK7OfirMDbQCFSDfa6b1\n"
        "Eu8k+TnhMP3Nuo6PyXrqFSn2lB25AYWrxr6dvig3k2TqvCrtvo6CcUUfTmLMXPpR\n"
        "f9cHAdFLdVlHPxtc4h7ldtpgeGXufKKLJrciJkltAoGAVgl8oY34RZ1kpfJWIQBW\n"
        "9dpQD1xKV/ByKN/0heI5Vxk673Vv2eVwrxWTx8h6C0lZlivVW5JGIIQUGlquPe5/\n"
        "ESeHd8I+1XPFqrN3eohk2RunWSooFRlM6PyRpz6ZqY98xIREFJ76BXa5EiTja5H3\n"
        "YpuvBqBjn3FYJVQBLkxiDqw=\n"
        "-----END PRIVATE KEY-----\n",
     .public_pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu9a06/msz6NhbYw7elKZ\n"
        "GNLOy9THOtYetv+qw+ArElPEisPaQEbQvAHFR172iNjt8GchX7+zm6LI8RGTVBFT\n"
        "VVc71jAU4kDKS4RegmgcVv22FhSDFLBly6t3N3D2xlMqv3yEiRLovJOly3qjMgYH\n"
        "AGvJAbv5+kmA1VySo3W9ZMpdB6eOuJ94Q7hJ/b7ZkOMB2OcP6JWqyuWq5lLpJKun\n"
        "2n7WNKsSBTwKpHLe+IWdHtsOLGcbndh/X4kZCaHbZ0jwOnmbpA5R8Q0349+VxfzP\n"
        "DOozPCPjy466LB0Nc/SZR2I/dX78gjVdqZLEHF+wK0CcZbwH1e8DTi5F+uuHp7DG\n"
        "EwIDAQAB\n"
        "-----END PUBLIC KEY-----\n",
     .private_jwk =
        "{\"kty\":\"RSA\",\"n\":\"u9a06_msz6NhbYw7elKZGNLOy9THOtYetv-qw-ArE"
        "lPEisPaQEbQvAHFR172iNjt8GchX7-zm6LI8RGTVBFTVVc71jAU4kDKS4RegmgcVv2"
        "2FhSDFLBly6t3N3D2xlMqv3yEiRLovJOly3qjMgYHAGvJAbv5-kmA1VySo3W9ZMpdB"
        "6eOuJ94Q7hJ_b7ZkOMB2OcP6JWqyuWq5lLpJKun2n7WNKsSBTwKpHLe-IWdHtsOLGc"
        "bndh_X4kZCaHbZ0jwOnmbpA5R8Q0349-VxfzPDOozPCPjy466LB0Nc_SZR2I_dX78g"
        "jVdqZLEHF-wK0CcZbwH1e8DTi5F-uuHp7DGEw\",\"e\":\"AQAB\",\"d\":\"KYX"
        "3nbimVopH9dcLqOlMdbvYQh_p4NxHku2musE51EXXS1OrUg01hHIhwbrA5hSKWNv7e"
        "TagBjYwlHXtqyZfVRzBGgKsAy4Oai47VDmeli5ky7HCHlc2UZU4d_WNX98vsn_cro6"
        "TC2jaPEaCgALsFlA9cZgz1PvdsozRz7et4_Mk6I7bN7dpgrm83Ok2_vmCHq6jPeKfj"
        "VEo0SuqsJ97SJEwiLvSrqPybTl-0mN_TDwlvk5vPRxew1Jm_FrGEXA-bQLYhoVKY-c"
        "g6AVSDWjj6UW-r0gRNWVKIfCU1Q8wkEpZWDdfRx9X5nfIFz37hWARmtLhheeye_0de"
        "22yBUmCZQ\",\"p\":\"7Sz8ML34gJ_bm8uwcFatmi3CaQ_BI3rvq4yDHuqMICcwti"
        "dAung7cY6CJkbiky4ZepAgseUOHcB9SHCjxCDtsRV_Um_Becxg57bt3NeksyNI7yZf"
        "Z3JoQZoNewmGyastVo1XIUfgwAkl1rlaOlJyct5VqtNFCBnVbTv98z-NVzU\",\"q"
        "\":\"yr9GjXVM2mSkSulnLhKFU5dx6Hl3JD6Iv3CiH41kVNpbdKsil8HBSuZkAJsMZ"
        "3c_IA4--1WB6IyRnljn_tU5mIRQRP4FGqIxyjszQriFaQg___3dJRwv-icEwLo134X"
        "R36V7Pjw4GGUn3sypnR8z35kLRCknswbDtX4Z3NaNKSc\",\"dp\":\"Fd2h2nSJJo"
        "KWYoSi3ZiAJMi3NaxoJ_c7hVtM81q4VHaIfSKdSxOul0eGJDVAykTjwHLtMLlnVcLb"
        "SgRodLp8b2kF9fmroqj-_h3VTBjtbD6CiNnGzei0R-gF-iPks07-vQ4GzGCuDcZKIM"
        "Ox19KmDoUE7NzRbm_DR3DSdsyTIUk\",\"dq\":\"sY5FiUi631_YCcrSE6Ugog41M"
        "XR-hH1HYPCQ6rT2suDvywK8rs5-KswNtAIVIN9rpvUS7yT5OeEw_c26jo_JeuoVKfa"
        "UHbkBhavGvp2-KDeTZOq8Ku2-joJxRR9OYsxc-lF_1wcB0Ut1WUc_G1ziHuV22mB4Z"
        "e58oosmtyImSW0\",\"qi\":\"Vgl8oY34RZ1kpfJWIQBW9dpQD1xKV_ByKN_0heI5"
        "Vxk673Vv2eVwrxWTx8h6C0lZlivVW5JGIIQUGlquPe5_ESeHd8I-1XPFqrN3eohk2R"
        "unWSooFRlM6PyRpz6ZqY98xIREFJ76BXa5EiTja5H3YpuvBqBjn3FYJVQBLkxiDqw"
        "\"}",
     .public_jwk =
        "{\"kty\":\"RSA\",\"n\":\"u9a06_msz6NhbYw7elKZGNLOy9THOtYetv-qw-ArE"
        "lPEisPaQEbQvAHFR172iNjt8GchX7-zm6LI8RGTVBFTVVc71jAU4kDKS4RegmgcVv2"
        "2FhSDFLBly6t3N3D2xlMqv3yEiRLovJOly3qjMgYHAGvJAbv5-kmA1VySo3W9ZMpdB"
        "6eOuJ94Q7hJ_b7ZkOMB2OcP6JWqyuWq5lLpJKun2n7WNKsSBTwKpHLe-IWdHtsOLGc"
        "bndh_X4kZCaHbZ0jwOnmbpA5R8Q0349-VxfzPDOozPCPjy466LB0Nc_SZR2I_dX78g"
        "jVdqZLEHF-wK0CcZbwH1e8DTi5F-uuHp7DGEw\",\"e\":\"AQAB\"}"},
    {.name = "rsa1024",
     .describe = "RSA 1024",
     .algs = "RS256 RS384 RS512 PS256 PS384",
     .thumbprint = "dLuL3lHbt3xzd8ulHG0GaV13r2FLhqE21fNxUlZd4C0",
     .private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAMsMcwQMTYsYf5ZU\n"
        "CdnnE2jPb8FTGjrQFqEuKRLnXc+GrIHMt4cILpdP2COlKD6HqSkaEivp6wWjO4BJ\n"
        "WrmunHEHTZ6ykxNaDuEELG0zFHt1VRstPOaKrm16Ys3c8q9wKmLDVFdvMCZPrvAY\n"
        "8fjj7sOzWcZSEfhW0vOhUjs1cnrjAgMBAAECgYEAnrW6aR2ctu6NO9mwYYxHFZOe\n"
        "zMPCKtpf9dh47ne+Uen4iPSVN4zjrg4Q6bu8ezPau2/PaFfNBnkSlzG/IogjaqcI\n"
        "7dwOBTEeeD2ZxjrySeMUNwt9KHk6juJG3GXQheHPs+Wsi8L2cu0ekTQL8ky94jIW\n"
        "ObrsMHYeapWArslJCDECQQD/f/Lx4cSVhXW1dIZhNFjh79cIou+zOrttYZQ+UNlc\n"
        "BDGhVslaNvWUIRgZ5HvmbHgofgjeb/tMcnAMduoTSWX1AkEAy3I2f1EAF4vccx6r\n"
        "mKbo8ryUyyLGYmBQlgvlcvMi8CEqerF023EKQRvZmjfYUgj987P4nav8h300tkDf\n"
        "uJ/+dwJAV2faIM1vhwdFIXJflllmHsUB9z5mahYpkF3VbQwTj9sPb3ZVI7uxf59i\n"
        "s1jq2gU5hgC34ADHI3vywRDdOwPdEQJAEH1xbWBjYYU0mSAjSHw+5W3joZNwAQlN\n"
        "ftv3/Rk3+760cr1ve1nuOtjHCnj8T6nq65Xq0Nzf2xuK6jrX518QgQJAbk9+KR/t\n"
        "19MCBRXlvZrM0RQtv/Oz3+1OTHOTcuTwyaK0D4GmaUBh2o4R0EYCHQ6Sh6zSkL1R\n"
        "21rJbFzxFWhQwg==\n"
        "-----END PRIVATE KEY-----\n",
     .public_pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDLDHMEDE2LGH+WVAnZ5xNoz2/B\n"
        "Uxo60BahLikS513PhqyBzLeHCC6XT9gjpSg+h6kpGhIr6esFozuASVq5rpxxB02e\n"
        "spMTWg7hBCxtMxR7dVUbLTzmiq5temLN3PKvcCpiw1RXbzAmT67wGPH44+7Ds1nG\n"
        "UhH4VtLzoVI7NXJ64wIDAQAB\n"
        "-----END PUBLIC KEY-----\n",
     .private_jwk =
        "{\"kty\":\"RSA\",\"n\":\"ywxzBAxNixh_llQJ2ecTaM9vwVMaOtAWoS4pEuddz"
        "4asgcy3hwgul0_YI6UoPoepKRoSK-nrBaM7gElaua6ccQdNnrKTE1oO4QQsbTMUe3V"
        "VGy085oqubXpizdzyr3AqYsNUV28wJk-u8Bjx-OPuw7NZxlIR-FbS86FSOzVyeuM\""
        ",\"e\":\"AQAB\",\"d\":\"nrW6aR2ctu6NO9mwYYxHFZOezMPCKtpf9dh47ne-Ue"
        "n4iPSVN4zjrg4Q6bu8ezPau2_PaFfNBnkSlzG_IogjaqcI7dwOBTEeeD2ZxjrySeMU"
        "Nwt9KHk6juJG3GXQheHPs-Wsi8L2cu0ekTQL8ky94jIWObrsMHYeapWArslJCDE\","
        "\"p\":\"_3_y8eHElYV1tXSGYTRY4e_XCKLvszq7bWGUPlDZXAQxoVbJWjb1lCEYGe"
        "R75mx4KH4I3m_7THJwDHbqE0ll9Q\",\"q\":\"y3I2f1EAF4vccx6rmKbo8ryUyyL"
        "GYmBQlgvlcvMi8CEqerF023EKQRvZmjfYUgj987P4nav8h300tkDfuJ_-dw\",\"dp"
        "\":\"V2faIM1vhwdFIXJflllmHsUB9z5mahYpkF3VbQwTj9sPb3ZVI7uxf59is1jq2"
        "gU5hgC34ADHI3vywRDdOwPdEQ\",\"dq\":\"EH1xbWBjYYU0mSAjSHw-5W3joZNwA"
        "QlNftv3_Rk3-760cr1ve1nuOtjHCnj8T6nq65Xq0Nzf2xuK6jrX518QgQ\",\"qi\""
        ":\"bk9-KR_t19MCBRXlvZrM0RQtv_Oz3-1OTHOTcuTwyaK0D4GmaUBh2o4R0EYCHQ6"
        "Sh6zSkL1R21rJbFzxFWhQwg\"}",
     .public_jwk =
        "{\"kty\":\"RSA\",\"n\":\"ywxzBAxNixh_llQJ2ecTaM9vwVMaOtAWoS4pEuddz"
        "4asgcy3hwgul0_YI6UoPoepKRoSK-nrBaM7gElaua6ccQdNnrKTE1oO4QQsbTMUe3V"
        "VGy085oqubXpizdzyr3AqYsNUV28wJk-u8Bjx-OPuw7NZxlIR-FbS86FSOzVyeuM\""
        ",\"e\":\"AQAB\"}"},
    {.name = "P-256",
     .describe = "EC P-256",
     .algs = "ES256",
     .thumbprint = "NoH76QbnmV7tTYjlRb5Y4537ac43vv8yyzP7s78g6Kk",
     .private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjqKXOVXhXlffRQdA\n"
        "AGWd2hG6xkUWsjFSK60hz9FKnF+hRANCAAT7f/QZewdLGOXQgFbAFWf68fLNqpe2\n"
        "x9P8Prsi4kbymXuYE/dkUA53/P1FLkBdwRwn11QBw3OHDtYg70cyxl/c\n"
        "-----END PRIVATE KEY-----\n",
     .public_pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+3/0GXsHSxjl0IBWwBVn+vHyzaqX\n"
        "tsfT/D67IuJG8pl7mBP3ZFAOd/z9RS5AXcEcJ9dUAcNzhw7WIO9HMsZf3A==\n"
        "-----END PUBLIC KEY-----\n",
     .private_jwk =
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"-3_0GXsHSxjl0IBWwBVn-vHy"
        "zaqXtsfT_D67IuJG8pk\",\"y\":\"e5gT92RQDnf8_UUuQF3BHCfXVAHDc4cO1iDv"
        "RzLGX9w\",\"d\":\"jqKXOVXhXlffRQdAAGWd2hG6xkUWsjFSK60hz9FKnF8\"}",
     .public_jwk =
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"-3_0GXsHSxjl0IBWwBVn-vHy"
        "zaqXtsfT_D67IuJG8pk\",\"y\":\"e5gT92RQDnf8_UUuQF3BHCfXVAHDc4cO1iDv"
        "RzLGX9w\"}"},
    {.name = "P-384",
     .describe = "EC P-384",
     .algs = "ES384",
     .thumbprint = "7fDNWCHlNwBh_1iORfVUwKwx2Ab1q1yNGB1Zkvrqg4k",
     .private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBEbQeLFr1pM6UWBvWP\n"
        "SIW5DUddmDgxNBJ4Zwb24BVVx7PE1TiwY5XGZSiuzS21humhZANiAASxUZB+0/ni\n"
        "KYMGCP39UjW9o9kXN3tSCbdHbAHaf2d2EdsBtWxhDDHQTdimgmeiK9MsWBPGYm0N\n"
        "u1wr6rR+butNv+ELJX0ak7XUJhkZYiA2GjgqgEh0+1H7L76Ydb2oFYI=\n"
        "-----END PRIVATE KEY-----\n",
     .public_pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEsVGQftP54imDBgj9/VI1vaPZFzd7Ugm3\n"
        "R2wB2n9ndhHbAbVsYQwx0E3YpoJnoivTLFgTxmJtDbtcK+q0fm7rTb/hCyV9GpO1\n"
        "1CYZGWIgNho4KoBIdPtR+y++mHW9qBWC\n"
        "-----END PUBLIC KEY-----\n",
     .private_jwk =
        "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"sVGQftP54imDBgj9_VI1vaPZ"
        "Fzd7Ugm3R2wB2n9ndhHbAbVsYQwx0E3YpoJnoivT\",\"y\":\"LFgTxmJtDbtcK-q"
        "0fm7rTb_hCyV9GpO11CYZGWIgNho4KoBIdPtR-y--mHW9qBWC\",\"d\":\"RG0Hix"
        "a9aTOlFgb1j0iFuQ1HXZg4MTQSeGcG9uAVVcezxNU4sGOVxmUors0ttYbp\"}",
     .public_jwk =
        "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"sVGQftP54imDBgj9_VI1vaPZ"
        "Fzd7Ugm3R2wB2n9ndhHbAbVsYQwx0E3YpoJnoivT\",\"y\":\"LFgTxmJtDbtcK-q"
        "0fm7rTb_hCyV9GpO11CYZGWIgNho4KoBIdPtR-y--mHW9qBWC\"}"},
    {.name = "P-521",
     .describe = "EC P-521",
     .algs = "ES512",
     .thumbprint = "VbsxRKDHlCIJYDTiGzNf7vgfNNBYMnIs0HeIcFPuhME",
     .private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBzcRn7BYyC59gjmP9\n"
        "dX1IPX5szQUkJCBRLUBQFVgIY/r8J5Jr7E9570ItfyoYN1JbJJzv8XsFfRlI+hdA\n"
        "Z4hmh0+hgYkDgYYABAG3gSpxcpt9wpU44foTOHzlcLFq3cL7Zq4a486RyCrqrMz4\n"
        "oICPXuSrBr1ZflDud+klHV5l1EBJKgqi6SJMlGj95AHfoxaLhYwZZvNN8iGAcT/F\n"
        "UcwZvp6pL8XPqZEjfoERZt2fwy1fj6r7dxK9jlRtjxFnkyeAEMfSG4+wnQLG/Rrg\n"
        "KQ==\n"
        "-----END PRIVATE KEY-----\n",
     .public_pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBt4EqcXKbfcKVOOH6Ezh85XCxat3C\n"
        "+2auGuPOkcgq6qzM+KCAj17kqwa9WX5Q7nfpJR1eZdRASSoKoukiTJRo/eQB36MW\n"
        "i4WMGWbzTfIhgHE/xVHMGb6eqS/Fz6mRI36BEWbdn8MtX4+q+3cSvY5UbY8RZ5Mn\n"
        "gBDH0huPsJ0Cxv0a4Ck=\n"
        "-----END PUBLIC KEY-----\n",
     .private_jwk =
        "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AbeBKnFym33ClTjh-hM4fOVw"
        "sWrdwvtmrhrjzpHIKuqszPiggI9e5KsGvVl-UO536SUdXmXUQEkqCqLpIkyUaP3k\""
        ",\"y\":\"Ad-jFouFjBlm803yIYBxP8VRzBm-nqkvxc-pkSN-gRFm3Z_DLV-Pqvt3E"
        "r2OVG2PEWeTJ4AQx9Ibj7CdAsb9GuAp\",\"d\":\"Ac3EZ-wWMgufYI5j_XV9SD1-"
        "bM0FJCQgUS1AUBVYCGP6_CeSa-xPee9CLX8qGDdSWySc7_F7BX0ZSPoXQGeIZodP\""
        "}",
     .public_jwk =
        "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AbeBKnFym33ClTjh-hM4fOVw"
        "sWrdwvtmrhrjzpHIKuqszPiggI9e5KsGvVl-UO536SUdXmXUQEkqCqLpIkyUaP3k\""
        ",\"y\":\"Ad-jFouFjBlm803yIYBxP8VRzBm-nqkvxc-pkSN-gRFm3Z_DLV-Pqvt3E"
        "r2OVG2PEWeTJ4AQx9Ibj7CdAsb9GuAp\"}"},
    {.name = "secp256k1",
     .describe = "EC secp256k1",
     .algs = "ES256K",
     .thumbprint = "6CMJ0vkW9RT_OQxa7a6FHk2JhrD1Q51cdKxbZrcoqQ8",
     .private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgJd9OgetNIjnal6Q24ap6\n"
        "3q16vGbrLZEB+m6Lw2QEJ6ShRANCAATUBacogWOq4bm91BErL79YxkF/8O4WDvWy\n"
        "Qq4bfC1JQ7nHqAwzynym+v/JU8q6M//8rc7ua19fH5uOrarBQazn\n"
        "-----END PRIVATE KEY-----\n",
     .public_pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE1AWnKIFjquG5vdQRKy+/WMZBf/DuFg71\n"
        "skKuG3wtSUO5x6gMM8p8pvr/yVPKujP//K3O7mtfXx+bjq2qwUGs5w==\n"
        "-----END PUBLIC KEY-----\n",
     .private_jwk =
        "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"1AWnKIFjquG5vdQRKy-_"
        "WMZBf_DuFg71skKuG3wtSUM\",\"y\":\"uceoDDPKfKb6_8lTyroz__ytzu5rX18f"
        "m46tqsFBrOc\",\"d\":\"Jd9OgetNIjnal6Q24ap63q16vGbrLZEB-m6Lw2QEJ6Q"
        "\"}",
     .public_jwk =
        "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"1AWnKIFjquG5vdQRKy-_"
        "WMZBf_DuFg71skKuG3wtSUM\",\"y\":\"uceoDDPKfKb6_8lTyroz__ytzu5rX18f"
        "m46tqsFBrOc\"}"},
    {.name = "ed25519",
     .describe = "Ed25519",
     .algs = "EdDSA Ed25519",
     .thumbprint = "awkTt2YAyRaF6hjNqqLtSDnwCKKOwbFafJicwVW7dKc",
     .private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEIJFd211xFSf73Fe8s15UHFGFpT+CfcE5e8JHme1wAyMM\n"
        "-----END PRIVATE KEY-----\n",
     .public_pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEAnEhfGtZNHyKQ4rfJXX3d1jz0QL7ih0SCgx/ibs1HgO8=\n"
        "-----END PUBLIC KEY-----\n",
     .private_jwk =
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"nEhfGtZNHyKQ4rfJXX3d1"
        "jz0QL7ih0SCgx_ibs1HgO8\",\"d\":\"kV3bXXEVJ_vcV7yzXlQcUYWlP4J9wTl7w"
        "keZ7XADIww\"}",
     .public_jwk =
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"nEhfGtZNHyKQ4rfJXX3d1"
        "jz0QL7ih0SCgx_ibs1HgO8\"}"},
    {.name = "ed448",
     .describe = "Ed448",
     .algs = "EdDSA Ed448",
     .thumbprint = "LS_QnytVgFvjKbliUQOSOcib3nZ2Tcn4jx3raa1PjdU",
     .private_pem =
        "-----BEGIN PRIVATE KEY-----\n"
        "MEcCAQAwBQYDK2VxBDsEOeiL+sIR0QdNtT2dcEFmkjxKmV3ExutZoNRBHIph2KZL\n"
        "kDLqF/0GN3Lho28jBKd8pY/+r0L8TxxjeA==\n"
        "-----END PRIVATE KEY-----\n",
     .public_pem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MEMwBQYDK2VxAzoAPZE20bOj962le7ZsqlD+Wv/vW1D8IzXEjfE7ZTQgLGiQ/Q25\n"
        "asedbuY8OVR1syUFVWoZCxIXrTaA\n"
        "-----END PUBLIC KEY-----\n",
     .private_jwk =
        "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"PZE20bOj962le7ZsqlD-Wv_"
        "vW1D8IzXEjfE7ZTQgLGiQ_Q25asedbuY8OVR1syUFVWoZCxIXrTaA\",\"d\":\"6I"
        "v6whHRB021PZ1wQWaSPEqZXcTG61mg1EEcimHYpkuQMuoX_QY3cuGjbyMEp3ylj_6v"
        "QvxPHGN4\"}",
     .public_jwk =
        "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"PZE20bOj962le7ZsqlD-Wv_"
        "vW1D8IzXEjfE7ZTQgLGiQ_Q25asedbuY8OVR1syUFVWoZCxIXrTaA\"}"},
};

/* The public half of rsa2048 as PKCS#1. */
static const char rsa2048_pkcs1_pem[] =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEAu9a06/msz6NhbYw7elKZGNLOy9THOtYetv+qw+ArElPEisPaQEbQ\n"
    "vAHFR172iNjt8GchX7+zm6LI8RGTVBFTVVc71jAU4kDKS4RegmgcVv22FhSDFLBl\n"
    "y6t3N3D2xlMqv3yEiRLovJOly3qjMgYHAGvJAbv5+kmA1VySo3W9ZMpdB6eOuJ94\n"
    "Q7hJ/b7ZkOMB2OcP6JWqyuWq5lLpJKun2n7WNKsSBTwKpHLe+IWdHtsOLGcbndh/\n"
    "X4kZCaHbZ0jwOnmbpA5R8Q0349+VxfzPDOozPCPjy466LB0Nc/SZR2I/dX78gjVd\n"
    "qZLEHF+wK0CcZbwH1e8DTi5F+uuHp7DGEwIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";

/* The private half of rsa2048 as PKCS#1. */
static const char rsa2048_traditional_pem[] =
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIIEowIBAAKCAQEAu9a06/msz6NhbYw7elKZGNLOy9THOtYetv+qw+ArElPEisPa\n"
    "QEbQvAHFR172iNjt8GchX7+zm6LI8RGTVBFTVVc71jAU4kDKS4RegmgcVv22FhSD\n"
    "FLBly6t3N3D2xlMqv3yEiRLovJOly3qjMgYHAGvJAbv5+kmA1VySo3W9ZMpdB6eO\n"
    "uJ94Q7hJ/b7ZkOMB2OcP6JWqyuWq5lLpJKun2n7WNKsSBTwKpHLe+IWdHtsOLGcb\n"
    "ndh/X4kZCaHbZ0jwOnmbpA5R8Q0349+VxfzPDOozPCPjy466LB0Nc/SZR2I/dX78\n"
    "gjVdqZLEHF+wK0CcZbwH1e8DTi5F+uuHp7DGEwIDAQABAoIBACmF9524plaKR/XX\n"
    "C6jpTHW72EIf6eDcR5LtprrBOdRF10tTq1INNYRyIcG6wOYUiljb+3k2oAY2MJR1\n"
    "7asmX1UcwRoCrAMuDmouO1Q5npYuZMuxwh5XNlGVOHf1jV/fL7J/3K6Okwto2jxG\n"
    "goAC7BZQPXGYM9T73bKM0c+3rePzJOiO2ze3aYK5vNzpNv75gh6uoz3in41RKNEr\n"
    "qrCfe0iRMIi70q6j8m05ftJjf0w8Jb5Obz0cXsNSZvxaxhFwPm0C2IaFSmPnIOgF\n"
    "Ug1o4+lFvq9IETVlSiHwlNUPMJBKWVg3X0cfV+Z3yBc9+4VgEZrS4YXnsnv9HXtt\n"
    "sgVJgmUCgYEA7Sz8ML34gJ/bm8uwcFatmi3CaQ/BI3rvq4yDHuqMICcwtidAung7\n"
    "cY6CJkbiky4ZepAgseUOHcB9SHCjxCDtsRV/Um/Becxg57bt3NeksyNI7yZfZ3Jo\n"
    "QZoNewmGyastVo1XIUfgwAkl1rlaOlJyct5VqtNFCBnVbTv98z+NVzUCgYEAyr9G\n"
    "jXVM2mSkSulnLhKFU5dx6Hl3JD6Iv3CiH41kVNpbdKsil8HBSuZkAJsMZ3c/IA4+\n"
    "+1WB6IyRnljn/tU5mIRQRP4FGqIxyjszQriFaQg///3dJRwv+icEwLo134XR36V7\n"
    "Pjw4GGUn3sypnR8z35kLRCknswbDtX4Z3NaNKScCgYAV3aHadIkmgpZihKLdmIAk\n"
    "yLc1rGgn9zuFW0zzWrhUdoh9Ip1LE66XR4YkNUDKROPAcu0wuWdVwttKBGh0unxv\n"
    "aQX1+auiqP7+HdVMGO1sPoKI2cbN6LRH6AX6I+SzTv69DgbMYK4Nxkogw7HX0qYO\n"
    "hQTs3NFub8NHcNJ2zJMhSQKBgQCxjkWJSLrfX9gJytITpSCiDjUxdH6EfUdg8JDq\n"
    "tPay4O/LAryuzn4qzA20AhUg32um9RLvJPk54TD9zbqOj8l66hUp9pQduQGFq8a+\n"
    "nb4oN5Nk6rwq7b6OgnFFH05izFz6UX/XBwHRS3VZRz8bXOIe5XbaYHhl7nyiiya3\n"
    "IiZJbQKBgFYJfKGN+EWdZKXyViEAVvXaUA9cSlfwcijf9IXiOVcZOu91b9nlcK8V\n"
    "k8fIegtJWZYr1VuSRiCEFBparj3ufxEnh3fCPtVzxaqzd3qIZNkbp1kqKBUZTOj8\n"
    "kac+mamPfMSERBSe+gV2uRIk42uR92KbrwagY59xWCVUAS5MYg6s\n"
    "-----END RSA PRIVATE KEY-----\n";

/* The private half of P-256 as SEC 1, with its parameters before it. */
static const char p256_sec1_pem[] =
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEII6ilzlV4V5X30UHQABlndoRusZFFrIxUiutIc/RSpxfoAoGCCqGSM49\n"
    "AwEHoUQDQgAE+3/0GXsHSxjl0IBWwBVn+vHyzaqXtsfT/D67IuJG8pl7mBP3ZFAO\n"
    "d/z9RS5AXcEcJ9dUAcNzhw7WIO9HMsZf3A==\n"
    "-----END EC PRIVATE KEY-----\n";

/* A certificate of rsa2048 that expired in 2021. */
static const char rsa2048_cert_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIClzCCAX+gAwIBAgIBATANBgkqhkiG9w0BAQsFADAPMQ0wCwYDVQQDDAR0ZXN0\n"
    "MB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowDzENMAsGA1UEAwwEdGVz\n"
    "dDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBALvWtOv5rM+jYW2MO3pS\n"
    "mRjSzsvUxzrWHrb/qsPgKxJTxIrD2kBG0LwBxUde9ojY7fBnIV+/s5uiyPERk1QR\n"
    "U1VXO9YwFOJAykuEXoJoHFb9thYUgxSwZcurdzdw9sZTKr98hIkS6LyTpct6ozIG\n"
    "BwBryQG7+fpJgNVckqN1vWTKXQenjrifeEO4Sf2+2ZDjAdjnD+iVqsrlquZS6SSr\n"
    "p9p+1jSrEgU8CqRy3viFnR7bDixnG53Yf1+JGQmh22dI8Dp5m6QOUfENN+PflcX8\n"
    "zwzqMzwj48uOuiwdDXP0mUdiP3V+/II1XamSxBxfsCtAnGW8B9XvA04uRfrrh6ew\n"
    "xhMCAwEAATANBgkqhkiG9w0BAQsFAAOCAQEAn9Kre0HEw6MFCZ3ElP355QK+U11p\n"
    "pP7UTIR8+a5nJSlsBl+XcoI5uHxudFkfcrw4QMmwXpmHSNNQ7eMMhtW8i5Gy9fea\n"
    "kByFpJdQpGQD8a9ro+WbtxxHSeKZ96+mUSfxCXsS4M5pbNoDBwO+TqjMSXbt68uk\n"
    "xONJ9MijDsfF/KGBsvIikwYhtaTRV7BxRgxPsCA5Q/g2jpA6wPVAKPF/Qt+rMYPp\n"
    "4R6cStZPm4XVIah4G0ZOMG6Dnpo946QARKfsrxUl4Y/+JCeVQECLrWKzCklJnBdA\n"
    "4wfTraVSMO/VcvAVKrS8V/PW1emDK630u0k2L0KISrpUXg+PcVuyZL93dQ==\n"
    "-----END CERTIFICATE-----\n";

/* The same in base64, as in x5c. */
static const char rsa2048_x5c[] =
    "MIIClzCCAX+gAwIBAgIBATANBgkqhkiG9w0BAQsFADAPMQ0wCwYDVQQDDAR0ZXN0MB"
    "4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowDzENMAsGA1UEAwwEdGVzdDCC"
    "ASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBALvWtOv5rM+jYW2MO3pSmRjSzs"
    "vUxzrWHrb/qsPgKxJTxIrD2kBG0LwBxUde9ojY7fBnIV+/s5uiyPERk1QRU1VXO9Yw"
    "FOJAykuEXoJoHFb9thYUgxSwZcurdzdw9sZTKr98hIkS6LyTpct6ozIGBwBryQG7+f"
    "pJgNVckqN1vWTKXQenjrifeEO4Sf2+2ZDjAdjnD+iVqsrlquZS6SSrp9p+1jSrEgU8"
    "CqRy3viFnR7bDixnG53Yf1+JGQmh22dI8Dp5m6QOUfENN+PflcX8zwzqMzwj48uOui"
    "wdDXP0mUdiP3V+/II1XamSxBxfsCtAnGW8B9XvA04uRfrrh6ewxhMCAwEAATANBgkq"
    "hkiG9w0BAQsFAAOCAQEAn9Kre0HEw6MFCZ3ElP355QK+U11ppP7UTIR8+a5nJSlsBl"
    "+XcoI5uHxudFkfcrw4QMmwXpmHSNNQ7eMMhtW8i5Gy9feakByFpJdQpGQD8a9ro+Wb"
    "txxHSeKZ96+mUSfxCXsS4M5pbNoDBwO+TqjMSXbt68ukxONJ9MijDsfF/KGBsvIikw"
    "YhtaTRV7BxRgxPsCA5Q/g2jpA6wPVAKPF/Qt+rMYPp4R6cStZPm4XVIah4G0ZOMG6D"
    "npo946QARKfsrxUl4Y/+JCeVQECLrWKzCklJnBdA4wfTraVSMO/VcvAVKrS8V/PW1e"
    "mDK630u0k2L0KISrpUXg+PcVuyZL93dQ==";

/* A certificate of P-256, as in x5c. */
static const char p256_x5c[] =
    "MIIBCzCBsaADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHRlc3QwHhcNMj"
    "AwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDAR0ZXN0MFkwEwYH"
    "KoZIzj0CAQYIKoZIzj0DAQcDQgAE+3/0GXsHSxjl0IBWwBVn+vHyzaqXtsfT/D67Iu"
    "JG8pl7mBP3ZFAOd/z9RS5AXcEcJ9dUAcNzhw7WIO9HMsZf3DAKBggqhkjOPQQDAgNJ"
    "ADBGAiEA7jIf9NVpTIHr2KaxFhocEaluAzMBR84IoEqfjtd+N/YCIQDLmXybS5o6YV"
    "gZU2ghREOKFxRip8nTeO3O3/gWIT5hEA==";

/* rsa2048, locked with a password. */
static const char rsa2048_encrypted_pem[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIIFNTBfBgkqhkiG9w0BBQ0wUjAxBgkqhkiG9w0BBQwwJAQQSKvTwBEu/wx2IfUy\n"
    "Z1D4kAICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEI37dPnvJ2cqdFSW\n"
    "rA8ky/YEggTQuugsSrLSjtUC9Crgs3GwLrZh7OJuBAZTp3BA5kCKwn5nnaWB/bMr\n"
    "NkeFiM5EAX45j81/zXhpVbo/oU9YsWgbGyPvKIbw/TFrxk8Sqa6R41GqUJKAx24+\n"
    "gisaQBYRzCDjeLBeGOx1D8z7BmILwjtPI70UxiT6UUIs4URhHZNzujccNy7OOWwE\n"
    "2xiuKIny4EsMXzbiMpKrIv957Ryj0vUs1yb4b4hTsaHy+qn6WAgRC6qJMBRYpXS7\n"
    "jmdklkF2Kuib81dyG7iCPW6OFBs9rThUCFEOOFRS26IBzDY7i0R8Ri3e+0w26inq\n"
    "Hab8m4H1FIFcpzldkdphCAmMmw8zKQ4b757laNevbVWnhJoT2OoQsJ0ZhC7KMbnQ\n"
    "0JlqhILgJ9Ee0qxWmquePPB9iyYR0JHRYRCxf6kEDqrn3urOF+dAcU57HGFKGY/S\n"
    "7+qAOzDwA/zPUQeLf3Qv+sBhR2B4XaiFmq+z9+tXSKrPjG7XzWUCWyDAJ6t9t3qN\n"
    "kBfLFAjC/9eo6TbOxrVxPE92pdBHgvYK5WP65ochrELzUX7X3kDTWAVLjEXIViut\n"
    "cEuIGlQ3H6w3Ep5qB7E7hJ3CMKL4VUyaHA104+D0wnJILMQfGeeekGMw7kiKnzrw\n"
    "jJZWAHoaNw8E9I5FKkFTFCTnP0d862PFG2bl91B5ARN2BuZd6Zgy8fJuDsXxvS71\n"
    "KyJqEiRIjkjVoqRenN5pt6TPMa1wlFS7TkLrms6XvoYISfCnkZvazv6mKc5aTzi+\n"
    "Z1DuGToMqOzb6DCLulKBnJodNaack+wDa7bUFCMIitwWrboUUinlJvV+q0M6KBv3\n"
    "6Qsuzq1TwPF0vFiwb4Nsk5FzYhERmJ5h/Ot8QEGaOjL9jSebNqeCp9cwkZqwdRlp\n"
    "BnsFZEd2B4zhm8TgL5kiglAWgJeZ8hWJJj8Ih+KOIeL0v5yGfsM3ukg86yu70RrI\n"
    "17n6PHl5phC/8VE993qMkAZAdk+jPBeTNKiJz6ewqsRYmDYkn6SvMhNugt9xtxjd\n"
    "erCWEm7yHBb4ohMgaox/rMxaA7ZcvBhyKIafDUTtx8/LjOoutATUw7RTntD71AE2\n"
    "hjG8G7sNns2L/XRV/cdYR8xmQjiSjC5Whc5RoIREKFaDywcR1P6klrbOwjYmFV5G\n"
    "mLifuXCDHmS4SVsUBgESBPpkt7lmZzlMqqOceq0bgjnrr5QUSD8PaW7rJZkM/+A3\n"
    "zWVr9VHJtLWFrkB+atzF9Cud6Iwttcv2+U2hssQOrD06wQI5J/YrqVPCYZ5cnLQi\n"
    "+JkzY5fY64nc5fIYSOm0xdE/f5S8fwK91VT7mVd+2GbIxyXqizBrWEV2GO5TrVQG\n"
    "JLRqxBkQEhAi3cVIboCMnPuVc4363CJzMMclqZ2ZcD6LF1jCMc3KstdyxszqsOCF\n"
    "OzWSvv5I102uYNx6b1zoXpQlwhuH44dpEjWVeTeliT43QTA9Tah/popqpjkEYAVu\n"
    "PGjzm6Cli/350s7xRtp/pzE2Rw+V8IvM5NBfHlCwq4VdEfAZCdo7M+WJrsbfwqhj\n"
    "vDq3F1Uj6M3SVgsJF+JjrSQ4i2fH/qCwl98pOqKQDCpb51avpLlGgXY6r4++W2NJ\n"
    "SW9CqmeWyKmsN293lMhfqsru8hE9WOmg4Z+YXfgPEG0cEHbeiBT1qeI=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* The same in the form of old OpenSSL. */
static const char rsa2048_locked_pem[] =
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-256-CBC,D2A2B33795C9BEBE9A1114F963C0D983\n"
    "\n"
    "Hx7QJJsvfwirpoFdd4mKvIrElsKcTyHD5RMs+/ZYxHtVEEa7BQUPn3WKycJcxdSg\n"
    "RoE82OBIrgaQCAF+rdYGQJPxKxLT1Ev3U1xHkAjBypReZ08vfWmGGss9rQvgv3Iy\n"
    "yMqKgnYS91T/cyfs26v7JDqqxnvvl0PGNvVDFDkqURduWD8nf+FFvHtA5FgEWwbF\n"
    "heUJVLTuRi3I+MvXd9gndQSjUWRZl/TeaxFbU3Ui6/49zS0HWqKb+Do9UpnAIaLA\n"
    "gmnLBRqyshQVR1IbIc3hF6an4957aMeEQKn31427oxMay0hzUiPYYeFdo/8Z/gjx\n"
    "eYEVqcBJO/Z8tBkRCb0ugA25IcSwoT3t3OpZkJkHQ/De8Y0qo4fn62UOwh84lrrI\n"
    "UEQfLJMJoKD1kHrBrSqRF9DAD/t09TyOIdrkqpuuLaghyKW5Y1SXSTf6Z1vATQNc\n"
    "NIa1EE5K9evRGerlvjx/XGCVaCmUx5NhvThScONjRVTPS/7MDEdwZuCgNiVu536W\n"
    "7dGNK+QIuOr9NWE19WcwT0+R4+CaafP3OdhlisnljLTZWcK5HUDgRMdtwDH0kVmE\n"
    "myMQSyMcHjwsb+Ezlv0/zZWljV1rXXvhBAywYAte+T1nHoG1frC+xJ/VDb246jfg\n"
    "qOReaKIeef8DZgj0J+GWE6s1hedXeFHzmlmTz0ki6USKJnYaSl4KOn84zVzpFVze\n"
    "A+rn28o1VaHE35WNcC5ZHuKaa5Sr5M/A/9KYtKcdfCsMjlD2nr/hyVWL1iUzPjJP\n"
    "OSYAH5OU9Ik9vp8lWYA26/f5z45jMDEvLAYQt269Fgj0Tkl6OUxqN+F28NXfw9UB\n"
    "PgaWv4TqZfxPaqyZSztoMCzZT7qtL25nCjl6dkN4tIptZNg3q+bCz4xi+nukcfa0\n"
    "zI1y0zN4TkplSX9Gf2rK31GCWrujt9Z5YCxcybgGYKnaxTy4DHvfLM9MpehHC8rv\n"
    "AjIi5fy3KejJ78Cheqq8Wqn//QMhqm/+hMzg9LGIbpqqbSEMu9se847ibdfob98D\n"
    "QAWijQqNQfP9xbLKuWth5gXv/OFz3DlQ2yL4zZUV4JIFfWgp4wl88aKKlkTsjGVn\n"
    "/Ia5wXlRppRrZU4fJ32jJlXk0HdNdgaDfbMlSCEtdQWINa/jW6DZdjNYY1XmTLzb\n"
    "II/su3e+Rk7pEKt26pbrsa3MEpsz/kTM+b0kIhX3UKEry0Kw31LnyGBq45xiWd4R\n"
    "ldMD15gIQXVgY9e8jKMhi2Z2RDg5Dcnhigg1C+YVzKliXpZUFWB3vmxgJSRkZ9ca\n"
    "YkbJww1/tCIi1nnz9VedZDhXKdclj4v3y+lGyo9BtAMp51xOIT9pMBFDvS42mwa+\n"
    "yWqIVcN2gRolzd2V4wRbp1YE1g9e5GqYBwa3VG7XMTMR82q/hjgOunzVvGhntPHt\n"
    "mxyk2sGDVDHS7OvDdGZjm7HBZVb5B5+x5E4RTewK6vF4MqMeeK/hDvCoBe6IzM9Q\n"
    "gR+0r6B4QNGuMda7uXR6pIAMMxKif2g3FRLAEhswUzYENboLRLi9/P91GT1VLS2/\n"
    "qyxxaOiwRCna6xjaJYMODjQm9yS3ZL9/WqzeDgACNSNbvpmuX4fPB0A28fKdnYVM\n"
    "-----END RSA PRIVATE KEY-----\n";

/* rsa2048 as SSH writes it. */
static const char rsa2048_ssh[] =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC71rTr+azPo2FtjDt6UpkY0s7L1M"
    "c61h62/6rD4CsSU8SKw9pARtC8AcVHXvaI2O3wZyFfv7ObosjxEZNUEVNVVzvWMBTi"
    "QMpLhF6CaBxW/bYWFIMUsGXLq3c3cPbGUyq/fISJEui8k6XLeqMyBgcAa8kBu/n6SY"
    "DVXJKjdb1kyl0Hp464n3hDuEn9vtmQ4wHY5w/olarK5armUukkq6faftY0qxIFPAqk"
    "ct74hZ0e2w4sZxud2H9fiRkJodtnSPA6eZukDlHxDTfj35XF/M8M6jM8I+PLjrosHQ"
    "1z9JlHYj91fvyCNV2pksQcX7ArQJxlvAfV7wNOLkX664ensMYT";

/* A key for key agreement, which signs nothing. */
static const char x25519_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VuAyEAJtYVjtyGFH/MFIJpQje9IMtB8EmcWehwWZQySKPh/Vs=\n"
    "-----END PUBLIC KEY-----\n";

/* A DSA key. */
static const char dsa_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBtzCCASsGByqGSM44BAEwggEeAoGBANTW/xKfqmaCoyCgkIAyvI74/P5LoojE\n"
    "em626Nyp6K5skxW5RzU3kM2azt2Hpzx7NgKQekJdmUZAICC/XxExHyEhpwxOLQla\n"
    "vbsrDxDar8Z1FVkwq6PnPGXGCeoHU4Ki2+mWRHcsT5wNks/uY0/McdxKzd/eQbq8\n"
    "hsic29HF85s5AhUAvTBHMdIMoA1h4p3dRtH0BXaplhMCgYBYBEYsWzHjbB8wmYOT\n"
    "+Nu/+qXlXZ2RtGb01QPfyqjoW28noMmHZm3lVkWMcVEBzoSn5gevh5xaLZqMTKGC\n"
    "wXKLu+khdPc41z9+YoXnVjvoo2aVhdtWWun6xUOhpfVWgu1Brg4nDWIaNH1GoO1u\n"
    "f1GH3LNIbU+cTRWQ6eU1K/GTXAOBhQACgYEAqdnRH8jAbVkHYSn75+32DOQp5d87\n"
    "8XzMQlnm9nHiKBWwAUP71Y2dNckhYElC6L4fV1bw+HStg8wqPHswUYfEjolA3HYm\n"
    "SNACaTuabTJrxsu00vofKrIaR9vbqPb0qsIm72S/wmratmDILdKqpIc5kskK07Mv\n"
    "/F5yexh4k7uheOA=\n"
    "-----END PUBLIC KEY-----\n";

/* A key on a curve that JOSE does not know. */
static const char p224_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "ME4wEAYHKoZIzj0CAQYFK4EEACEDOgAETN5QaF/mogWLOMPE4hiQCYYcrSiS3sdk\n"
    "zj/9YdquktyRYN1snVp3TFYza62OH2c4s1RTPCXvGXM=\n"
    "-----END PUBLIC KEY-----\n";

/* An RSA-PSS key that allows SHA-384 only. */
static const char rsapss_sha384_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIE8QIBADBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAgUAoRwwGgYJKoZI\n"
    "hvcNAQEIMA0GCWCGSAFlAwQCAgUAogMCATAEggSnMIIEowIBAAKCAQEAuNCT/woT\n"
    "NHoSfjSvsUahjMbCIgU+QaresstLb3yBmJxTCgK/CiC9VT7vNMj+OOyZ9yZKxg8M\n"
    "0TNuywsmq0I24G4ck75TtF1beIokHsH+1tmEpGGDH19Ar0APKptWKrhzwRU6FTkp\n"
    "v2Jn0qGQ+DNY4bmo7xQQRSuVU1wz0NHonq6acgqvgSiIX8KIRTOHu4/Cp7CVEVjp\n"
    "pUz+enyUDPEO+vRjJj1/3Qisp6VMLBCodYK4vPi8Ejb/vy72SLHlnKLxx1+IWUIH\n"
    "1NIz3aT8QwyrGrf3oKCMA/U2QZF9r85kzzttr1PWvq0JYfS1OpjqvEaw/9Yeieyo\n"
    "Jx3QWiJ6EE0PYwIDAQABAoIBAAVmMO/b4OQnYNAhEYG4H4YX7gBfPAqTer52ClxV\n"
    "oqLNUyId7587H6AUhTNHxlPuM/1KOBfOXsB9CsXE+KDUmWFrHH8DqdLBTqfLcvMX\n"
    "FciiQcOPoB+gtI7dUm200tdpD7CnW+ZwBuEzEPdqH7l9WCGYC/Bk59v6Qi2Iqj1C\n"
    "gW1vsNzzBRJMCrD3folx1QzQBbfrnN1uJYTd5WC1+D7RIcKv7+AOEBOZkMgP+z8w\n"
    "tcBiVbszoEOShvjr1Sve3pAkSId8igc49WhDvFyPHxSl1L/za/ww273Fz74aXIco\n"
    "Yfa6MunFXBmyohWMMqgqZeO8pBv0LNG6DOJmeVK3WmkIA3kCgYEA6dE6RMvQdKgx\n"
    "FbOeDGPq6meu87mVlAbza7kWTN8DLFFrJFqrDwse6UKA2p7wfkxrmQ9DbSYxcMV8\n"
    "5UG0nI0gV8/tgLAzQy6Si3VgLIso+ZZS5MEYO59rOW5sbI61NlrHHYqvWUEAYl8b\n"
    "qyS770IrzV94K3Uf4mGZoiC4cUqTnfcCgYEAylk3DKQ9qFjnYc9IFAF4z2EfPEeO\n"
    "T+TdwJ3rieb1lw92jsf/NYZcmGrKM6yiI1Qo8fVa/gBR6fi0mDht/3cnzaLMWUFG\n"
    "MzlWK8cH6jJn4PyF69rmezPLfWJp8ymWZb4NkLqTElryE6OiwLXn8GofZwKNSUiQ\n"
    "F/79ffFxDOtfrvUCgYEA0ej4etLPbiuhBW6fsVfyikZTFpPB6Ybj+g3MK277Fkpx\n"
    "+c08TOEa+yatL5gJKBnLbzn4uoDTWf6yRc9bKkC4jJ0rB6EoJGQnQ/Q4R0UXoBqI\n"
    "iL2h18UjKggsZrknjoiowajEC0kD40ynNlpgLkglstbGt50K5t3gY2EktPDS3bkC\n"
    "gYA0ynXMPIVBiIBFSljZr1Cfeg02Is0EFwermwe6YKEuGgCqW48/naBGu4WpWZ6r\n"
    "bOeJyKNGpTq5ugMTu5UnEyU1RwXdO2RfNNRAc5qjBSeI0Rj3YZLEDc1HFwfhQrZU\n"
    "MPNFEQgRv9xsN0Lc2Bh85pLuwwGtXtsJB6OG2hjOcBH0iQKBgFTl32Cn12oGvyau\n"
    "iaa6mfRmGVFjQxGIldKvf1+uttktjNZkw8CWRFtvTSq5xZjRRWkAOnuhSe3ZCis3\n"
    "S3psu/0W5fZqPqhsXeFo1Bn8lYLeDa0jkGzjSXatn7/3PFFGkxZaiQpbXbOij43l\n"
    "CfYhIb28eLyN8xsU64z9pKHi92dT\n"
    "-----END PRIVATE KEY-----\n";

/* An RSA-PSS key without restrictions. */
static const char rsapss_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEuwIBADALBgkqhkiG9w0BAQoEggSnMIIEowIBAAKCAQEAonHtR1IQBZswKk5U\n"
    "mZ2pAbPmdjx61ac3CrF1CcHMufCh2PztIn2VNeJuJGdqZDQ/+F4825+jl/znvTAc\n"
    "g9F8+ufiH31p4QBVsy1oKqOCswK5aMQYRMvHWTJ71wHzinh0gi+Tyi1OoMeSrpAM\n"
    "rJsHW/XjMO32BfsfcT6ngyoIKZlyF6S2+KRjgi+yc4d49swwL49wtf3qe+RlJf7l\n"
    "dOrGRCbf/KLpYshue3ZsLrlaEoYVieC8ukWLXh0msG7PbaTmzDMdY7TaUTbof932\n"
    "5eYEeokWq55iX0g2mc0aWMCQzP6f77YjcxoAiEAt/KrWw+Ew94X/FzAOvzN/1lYf\n"
    "eY8MowIDAQABAoIBAEWGPwiETckodz/UEI9Ck//fkCZQkj34+CzCcJYBdO6r14k4\n"
    "DwHw/7h1NbCs9jL2zd4t7xwMQgcdvc0R11JviW8VaYkSswsSiptKNsfw/VJCOzpk\n"
    "mwJuuN4rJieKdUJxdWP2mukv5PQZFmVRz6rcGxU3ssnRPreml/lu2GDhz2aFz962\n"
    "lyw0IPJw4dHGfgQgMwDH5TZHkhmNGNzKlpxgdNFeO/yJ/O5lJe7Nbn5paohlqa9o\n"
    "/5ciAuSyFMiloHmSRwkhQ1R2Y3nB8+IMS2OY1lu/5D4ptlfjcuCjRDaIHRkkRyUF\n"
    "SW30HaJNe2gyLJG+s7v4Pdh6LSVgUlK+BJ7ITYkCgYEA3Jvne1QsNdsD/onFWDF3\n"
    "6+ADk+yUjJnEgd5P5SSv6as6k6CrFmf8FLyLzuOsmGLcI5QeQ6omXxIM6v3PC0M/\n"
    "bwyBWupiVg2zb28bXifpCY+OTb18mvQfoAPd8yusg37Qiadw26uTBQ8h/E9XKjkd\n"
    "DIHdSngh6zYzTOsmDhO6270CgYEAvIFPv3bEtLUb6TCbg5mnscwJuOX0Di+shSx4\n"
    "5LRznrpRXb0pFjbFMS1d4Aoc5LeFMxa6lldAUAERalIDI4DUiVLO0xiy1U8jJqr+\n"
    "ZrD4oIUVtZJTNKAbAnJIhAaWV3WBHJhrQysKtuPPZ4BRHuASnGrRBUvhuMEzKool\n"
    "yavg398CgYA95bBpNhDBe5X/UQCB4j9Xex8F3hc/69Tq60lXbZe95EEnMqlOPBbK\n"
    "aqx/e/ntN6+0e9aR/aeOfS4KsPPqoQ+nRMb2j1TP+EAkP/RZ0rDb8d9niIbxoxVM\n"
    "fElF9TcOHgK83LIZsGYrwTcz5775JdU0sSs5vcMmj6qNJl0jDf4bsQKBgQCRft2m\n"
    "0m0RbZiVbEccVETzHqGCbTrqmDF4uNK28/Ep2nVi/NXxp2SciH+kpSmX/253+Fsc\n"
    "H0wsdCaVAagahx2EwL2SgcXGjsZ62hByArZkb1RKSR6fx9QRF1SRUuRHrRJyl9Jy\n"
    "jY4/i6ZSJOB4DEtRH8ElbWRTzgtIEkkIV/nB0QKBgF6wHK2vBDul0KK6kbl4Q+3F\n"
    "o9IGG2Rb7PNGNpP5sIbN2KcH+mRUvnfy2w2iLeS2cWzTa03LR5UpfOCyZp/dJZzL\n"
    "1EDPaBO84QY8C0i2vozQJZ4G9S4qSflzpPXOXrkAtzk0ftVL/h1T2EYnFhdTlkG1\n"
    "rNCegsC1UCpzEp3yynND\n"
    "-----END PRIVATE KEY-----\n";

/* P-256 spelled out in numbers instead of named. */
static const char p256_explicit_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA\n"
    "AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////\n"
    "///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd\n"
    "NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5\n"
    "RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA\n"
    "//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABI5cGEQEHML2uWtX2jkha76A\n"
    "R4MVXtuOhmnLiSNTNwBVxKseM0jjFamjP9XEemG6qG+8M4hUHAiv2JrVMO0c6Ng=\n"
    "-----END PUBLIC KEY-----\n";

/* clang-format on */

#endif
