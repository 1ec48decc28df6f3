//! User tokens: a published signature, every form of a key, every kind of invalid key, and the claims.
#![cfg(feature = "rsa")]

mod support;

use std::env::VarError;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use knock_core::token::{AsyncSigner, Entity, Grant, RsaSigner, Signer, SigningKey, TokenError, UserToken};
use knock_core::{InvalidInput, UnixTime};
use serde_json::{Value, json};
use support::{NOW, block_on, secs};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("fixtures/", $name))
    };
}

const PKCS8: &str = fixture!("rfc7515_a2_pkcs8.pem");
const PKCS1: &str = fixture!("rfc7515_a2_pkcs1.pem");

/// RFC 7515, appendix A.2.1: the modulus of the key, and the signed text, `header.payload`.
const MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm\
                       4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5r\
                       exMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyx\
                       XFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const SIGNING_INPUT: &str = "eyJhbGciOiJSUzI1NiJ9.\
                             eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
/// The signature in the appendix.
const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7\
                         AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4\
                         BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K\
                         0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv\
                         hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB\
                         p0igcN_IoypGlUPQGe77Rw";

fn signer(key: &str) -> RsaSigner {
    let key = SigningKey::parse(key).expect("a valid key");
    RsaSigner::new(&key, [42; 32]).expect("consistent numbers")
}

fn signature(key: &str, message: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(signer(key).sign(message).expect("a signature"))
}

#[test]
fn the_signature_is_the_one_in_rfc_7515() {
    // The fixture is the RFC's key.
    let key = SigningKey::parse(PKCS8).unwrap();
    let modulus = URL_SAFE_NO_PAD.decode(MODULUS).unwrap();
    assert!(key.as_pkcs8_der().windows(modulus.len()).any(|window| window == modulus));
    assert_eq!(key.bits(), 2048);

    assert_eq!(signature(PKCS8, SIGNING_INPUT.as_bytes()), SIGNATURE);
}

#[test]
fn blinding_does_not_change_the_signature() {
    let key = SigningKey::parse(PKCS8).unwrap();
    for seed in [[0; 32], [1; 32], [255; 32]] {
        let signer = RsaSigner::new(&key, seed).unwrap();
        for _ in 0..2 {
            let signature = signer.sign(SIGNING_INPUT.as_bytes()).unwrap();
            assert_eq!(URL_SAFE_NO_PAD.encode(signature), SIGNATURE);
        }
    }
    assert_ne!(signature(PKCS8, b"another message"), SIGNATURE);
}

#[test]
fn every_form_of_a_key_signs_the_same() {
    let wrapped = |text: &str| {
        let base64 = STANDARD.encode(text);
        base64
            .as_bytes()
            .chunks(76)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    };
    for (name, pem) in [("PKCS#8", PKCS8), ("PKCS#1", PKCS1)] {
        let crlf = pem.replace('\n', "\r\n");
        let escaped = pem.replace('\n', "\\n");
        let forms = [
            ("unchanged", pem.to_owned()),
            ("without its last line break", pem.trim_end().to_owned()),
            ("with white space around", format!("\n \t{pem}\n\n ")),
            ("with CRLF", crlf.clone()),
            ("with escaped line breaks", escaped.clone()),
            ("with escaped line breaks and a real one", format!("{escaped}\n")),
            ("base64", STANDARD.encode(pem)),
            ("base64 and a line break", format!(" {}\n", STANDARD.encode(pem))),
            ("base64 in lines", wrapped(pem)),
            ("base64 of CRLF", STANDARD.encode(&crlf)),
            ("base64 of escaped line breaks", STANDARD.encode(&escaped)),
            ("base64 without the last line break", STANDARD.encode(pem.trim_end())),
        ];
        for (form, text) in forms {
            assert_eq!(signature(&text, SIGNING_INPUT.as_bytes()), SIGNATURE, "{name} {form}");
        }

        let expected = SigningKey::parse(pem).unwrap().as_pkcs8_der().to_vec();
        // What people paste, each as PEM and as base64 of it.
        let indented = pem.replace('\n', "\n        ");
        let pasted = [
            ("indented", indented.clone()),
            ("indented with tabs and CRLF", pem.replace('\n', "\r\n\t")),
            ("with other white space of RFC 7468", pem.replace('\n', " \u{b}\u{c}\n")),
            ("with spaces for line breaks", pem.replace('\n', " ")),
            ("with old line ends", pem.replace('\n', "\r")),
            ("with empty lines", pem.replace('\n', "\n\n")),
            ("in one line", pem.replace('\n', "")),
            ("without spaces in its labels", pem.split_whitespace().collect()),
            ("with spelled CRLF", pem.replace('\n', "\\r\\n")),
            ("with line breaks that are spelled twice", pem.replace('\n', "\\\\n")),
            ("with slashes that are escaped", pem.replace('/', "\\/")),
            ("with lines that continue", pem.replace('\n', "\\\n")),
            ("in quotation marks", format!("\"{pem}\"")),
            ("in single quotation marks, escaped", format!("'{escaped}'\n")),
            ("of a .env file", format!("KNOCK_SIGNING_KEY=\"{escaped}\" # production")),
            ("after a byte order mark", format!("\u{feff}{pem}")),
            ("with zero-width spaces", format!("\u{200b}{}\u{200b}", pem.replace('\n', "\u{200b}\n"))),
            ("with text around it", format!("Bag Attributes\n  friendlyName: knock\n{pem}\nand more text\n")),
            ("with headers", pem.replacen("-----\n", "-----\nComment: knock\n\n", 1)),
            (
                "with headers and CRLF",
                pem.replacen("-----\n", "-----\nComment: knock\n\n", 1).replace('\n', "\r\n"),
            ),
            ("without padding", pem.replace("=\n", "\n").replace("=\n", "\n")),
        ];
        for (form, text) in pasted {
            let base64 = STANDARD.encode(&text);
            let in_lines = wrapped(&text);
            for (form, text) in [
                (form.to_owned(), text.clone()),
                (format!("base64 of it {form}"), base64.clone()),
                (format!("base64 of it {form}, in quotation marks"), format!("\"{base64}\"\n")),
                (format!("base64 of it {form}, in lines that are spelled"), in_lines.replace('\n', "\\n")),
                (format!("base64 of it {form}, indented"), in_lines.replace('\n', "\r\n\t ")),
                (format!("base64 of it {form}, after a byte order mark"), format!("\u{feff}{base64}")),
                (format!("base64 of it {form}, for URLs"), base64.replace('+', "-").replace('/', "_")),
            ] {
                let key = SigningKey::parse(&text).unwrap_or_else(|error| panic!("{name} {form}: {error}"));
                assert_eq!(key.as_pkcs8_der(), expected, "{name} {form}");
            }
        }
    }
}

#[test]
fn the_der_of_a_key_is_always_pkcs8() {
    let from = |pem: &str| SigningKey::parse(pem).unwrap().as_pkcs8_der().to_vec();
    assert_eq!(from(PKCS8), from(PKCS1));
    let body: String = PKCS8.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(STANDARD.encode(from(PKCS8)), body);
}

#[test]
fn the_key_is_read_from_its_variable() {
    let found = SigningKey::from_variables(|name| (name == "KNOCK_SIGNING_KEY").then(|| PKCS8.to_owned()));
    assert_eq!(found.unwrap().bits(), 2048);
    assert_eq!(SigningKey::from_variables(|_| None).unwrap_err(), TokenError::MissingKey);
    assert_eq!(SigningKey::from_variables(|_| Some(" \n".to_owned())).unwrap_err(), TokenError::MissingKey);
    let not_present = SigningKey::from_variables(|_| Err::<String, _>(VarError::NotPresent));
    assert_eq!(not_present.unwrap_err(), TokenError::MissingKey);
}

#[test]
fn a_variable_that_cannot_be_read_is_not_a_missing_key() {
    let not_utf8 =
        SigningKey::from_variables(|_| Err::<String, _>(VarError::NotUnicode(PKCS8.into()))).unwrap_err();
    assert_eq!(
        not_utf8.to_string(),
        "the signing key cannot be read: the variable KNOCK_SIGNING_KEY is not valid UTF-8"
    );
    let failed = SigningKey::from_variables(|_| Err::<Option<String>, _>("the vault is sealed")).unwrap_err();
    assert!(
        failed.to_string().ends_with("KNOCK_SIGNING_KEY cannot be read: the vault is sealed"),
        "{failed}"
    );
}

#[test]
fn every_invalid_key_has_its_error() {
    let wrong = |seen: &str| TokenError::WrongPem { seen: seen.to_owned() };
    let not_rsa = |algorithm: &str| TokenError::NotRsa { algorithm: algorithm.to_owned() };
    let cut = |lines: usize| PKCS8.lines().take(lines).collect::<Vec<_>>().join("\n");
    let sixth = PKCS8.lines().nth(5).expect("a key has more lines");
    let without_a_line = PKCS8.replace(
        &format!(
            "{sixth}
"
        ),
        "",
    );

    let cases: Vec<(&str, String, TokenError)> = vec![
        ("nothing", String::new(), TokenError::MissingKey),
        ("white space", " \r\n\t".into(), TokenError::MissingKey),
        ("garbage", "garbage".into(), TokenError::NotPem),
        ("an API key", "sk_test_12345".into(), TokenError::NotPem),
        ("base64 of garbage", STANDARD.encode("garbage"), TokenError::NotPem),
        ("DER in base64", PKCS8.lines().filter(|line| !line.starts_with('-')).collect(), TokenError::NotPem),
        ("a cut PEM", cut(10), TokenError::DamagedPem),
        ("its first line", cut(1), TokenError::DamagedPem),
        ("a cut base64", STANDARD.encode(PKCS8)[..501].into(), TokenError::DamagedPem),
        ("base64 of a cut PEM", STANDARD.encode(cut(10)), TokenError::DamagedPem),
        ("base64 with other characters", format!("{}!", STANDARD.encode(PKCS8)), TokenError::DamagedPem),
        (
            "base64 of bytes that are not text",
            format!("LS0tLS1CRUdJTi{}", STANDARD.encode([0xff; 6])),
            TokenError::DamagedPem,
        ),
        ("another character in the PEM", PKCS8.replacen("BAQEF", "B!QEF", 1), TokenError::DamagedPem),
        ("another last line", PKCS8.replace("END PRIVATE", "END PUBLIC"), TokenError::DamagedPem),
        ("a missing line", without_a_line, TokenError::DamagedKey),
        ("a public key", fixture!("public.pem").into(), wrong("a public key")),
        ("a public key in PKCS#1", fixture!("public_pkcs1.pem").into(), wrong("a public key")),
        ("a certificate", fixture!("certificate.pem").into(), wrong("a certificate")),
        (
            "a certificate request",
            fixture!("certificate_request.pem").into(),
            wrong("PEM of an unsupported kind"),
        ),
        ("encrypted PKCS#8", fixture!("encrypted_pkcs8.pem").into(), wrong("an encrypted private key")),
        ("encrypted PKCS#1", fixture!("encrypted_pkcs1.pem").into(), wrong("an encrypted private key")),
        ("OpenSSH", fixture!("openssh.pem").into(), wrong("a private key in OpenSSH format")),
        ("EC in SEC 1", fixture!("ec_sec1.pem").into(), not_rsa("elliptic curves")),
        ("EC in PKCS#8", fixture!("ec_pkcs8.pem").into(), not_rsa("elliptic curves")),
        ("Ed25519", fixture!("ed25519_pkcs8.pem").into(), not_rsa("Ed25519")),
        ("RSA-PSS", fixture!("rsa_pss_pkcs8.pem").into(), not_rsa("RSASSA-PSS only")),
        ("1024 bits in PKCS#8", fixture!("rsa1024_pkcs8.pem").into(), TokenError::TooShort { bits: 1024 }),
        ("1024 bits in PKCS#1", fixture!("rsa1024_pkcs1.pem").into(), TokenError::TooShort { bits: 1024 }),
        ("damage inside PKCS#8", fixture!("damaged_inside_pkcs8.pem").into(), TokenError::DamagedKey),
        ("PKCS#1 called PKCS#8", PKCS1.replace("RSA PRIVATE", "PRIVATE"), TokenError::DamagedKey),
        ("PKCS#8 called PKCS#1", PKCS8.replace("PRIVATE", "RSA PRIVATE"), TokenError::DamagedKey),
        (
            "a public key called private",
            fixture!("public.pem").replace("PUBLIC", "PRIVATE"),
            TokenError::DamagedKey,
        ),
        (
            "an empty PEM",
            "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----".into(),
            TokenError::DamagedKey,
        ),
    ];
    for (name, text, expected) in cases {
        let error = SigningKey::parse(&text).expect_err(name);
        assert_eq!(error, expected, "{name}");
        // The same key in base64.
        if text.starts_with("-----BEGIN") {
            assert_eq!(SigningKey::parse(&STANDARD.encode(&text)).unwrap_err(), expected, "base64 of {name}");
        }
        let line = error.to_string();
        assert!(line.contains("signing key") && !line.contains('\n'), "{line}");
        if let TokenError::WrongPem { seen } | TokenError::NotRsa { algorithm: seen } = &expected {
            assert!(
                line.contains(seen.as_str()) && line.contains("RSA"),
                "{line} should name what was found and what is required"
            );
        }
    }
}

#[test]
fn inconsistent_numbers_are_refused() {
    // The key is well formed, so only the signer detects it.
    let key = SigningKey::parse(fixture!("mismatched_pkcs1.pem")).unwrap();
    assert_eq!(RsaSigner::new(&key, [42; 32]).unwrap_err(), TokenError::DamagedKey);
}

fn claims(token: &UserToken, now: UnixTime) -> Value {
    let unsigned = token.unsigned(now).expect("a valid token");
    let (header, payload) = unsigned.signing_input().split_once('.').expect("header and payload");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    assert_eq!(header, br#"{"alg":"RS256","typ":"JWT"}"#);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

#[test]
fn a_token_has_three_parts_and_signs_the_first_two() {
    let token = UserToken::new("jhammond").sign(&signer(PKCS8), NOW).unwrap();
    let parts: Vec<_> = token.expose().split('.').collect();
    let [header, payload, signed] = parts[..] else { panic!("{parts:?}") };
    assert_eq!(signature(PKCS8, format!("{header}.{payload}").as_bytes()), signed);
    assert!(!token.expose().contains('='));

    // The same with an asynchronous signer, and with a separate signature.
    let asynchronous = block_on(UserToken::new("jhammond").sign_async(&signer(PKCS8), NOW)).unwrap();
    assert_eq!(asynchronous.expose(), token.expose());
    let unsigned = UserToken::new("jhammond").unsigned(NOW).unwrap();
    let separate = signer(PKCS1).sign(unsigned.signing_input().as_bytes()).unwrap();
    assert_eq!(unsigned.attach(&separate).expose(), token.expose());
}

#[test]
fn the_error_of_a_signer_is_returned() {
    struct Broken;

    impl Signer for Broken {
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, TokenError> {
            Err(TokenError::Signing { reason: "the HSM is offline".to_owned() })
        }
    }

    let error = UserToken::new("jhammond").sign(&Broken, NOW).unwrap_err();
    assert_eq!(error.to_string(), "the signer failed: the HSM is offline");
    assert_eq!(block_on(Broken.sign_async(b"x")).unwrap_err(), error);
}

#[test]
fn the_minimal_claims() {
    let minimal = json!({ "sub": "jhammond", "iat": 1_790_000_000, "exp": 1_790_003_600 });
    assert_eq!(claims(&UserToken::new("jhammond"), NOW), minimal);
    // In the order of the official SDK, so that tokens are comparable.
    let unsigned = UserToken::new("jhammond").unsigned(NOW).unwrap();
    let payload = unsigned.signing_input().split_once('.').unwrap().1;
    let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload, r#"{"sub":"jhammond","iat":1790000000,"exp":1790003600}"#);
    // Any text is a valid user id.
    assert_eq!(claims(&UserToken::new("j/h \"é\"\n"), NOW)["sub"], "j/h \"é\"\n");
}

#[test]
fn expiry() {
    let exp = |expires_in| claims(&UserToken::new("jhammond").expires_in(expires_in), NOW)["exp"].clone();
    for (expires_in, expected) in [
        (secs(1), 1_790_000_001),
        (secs(900), 1_790_000_900),
        (Duration::from_millis(1_999), 1_790_000_001),
        (secs(366 * 86_400), 1_821_622_400),
    ] {
        assert_eq!(exp(expires_in), json!(expected));
    }
    // Whole seconds, rounded down.
    let late = UserToken::new("jhammond");
    assert_eq!(claims(&late, UnixTime::from_millis(1_790_000_000_999))["iat"], 1_790_000_000);

    for expires_in in [Duration::ZERO, Duration::from_millis(999)] {
        let error = UserToken::new("jhammond").expires_in(expires_in).unsigned(NOW).unwrap_err();
        assert!(error.to_string().starts_with("`expires_in` is less than one second"), "{error}");
    }
    // A lifetime in milliseconds that was meant in seconds, and one without an end.
    for expires_in in [secs(366 * 86_400 + 1), secs(3_600_000 * 24), Duration::MAX] {
        let error = UserToken::new("jhammond").expires_in(expires_in).unsigned(NOW).unwrap_err();
        assert_eq!(error.to_string(), "`expires_in` is longer than 366 days");
    }
    let error = UserToken::new("").unsigned(NOW).unwrap_err();
    assert!(error.to_string().starts_with("`user_id` is empty"), "{error}");
}

#[test]
fn grants_are_merged_by_entity() {
    let token = UserToken::new("jhammond")
        .grant(Entity::user("jhammond"), [Grant::UserFeedRead])
        .grant(Entity::tenant("jurassic-park"), [Grant::SlackChannelsRead, Grant::SlackChannelsRead])
        .grant(Entity::object("projects", "paddock-9"), [Grant::ChannelDataRead, Grant::ChannelDataWrite])
        .grant(
            Entity::object("$tenants", "jurassic-park"),
            [Grant::MsTeamsChannelsRead, Grant::SlackChannelsRead],
        )
        .grant(Entity::user("jhammond"), ["new/grant", "user/feed_read"]);
    assert_eq!(
        claims(&token, NOW)["grants"],
        json!({
            "https://api.knock.app/v1/users/jhammond": { "user/feed_read": [], "new/grant": [] },
            "https://api.knock.app/v1/objects/$tenants/jurassic-park":
                { "slack/channels_read": [], "ms_teams/channels_read": [] },
            "https://api.knock.app/v1/objects/projects/paddock-9":
                { "channel_data/read": [], "channel_data/write": [] },
        })
    );
    // No name occurs twice in the text. A JSON value would hide that.
    let unsigned = token.unsigned(NOW).unwrap();
    let payload = URL_SAFE_NO_PAD.decode(unsigned.signing_input().split_once('.').unwrap().1).unwrap();
    let payload = String::from_utf8(payload).unwrap();
    for (name, times) in
        [("slack/channels_read", 1), ("user/feed_read", 1), ("jurassic-park", 1), ("users/", 1)]
    {
        assert_eq!(payload.matches(name).count(), times, "{name} in {payload}");
    }
}

#[test]
fn explicit_grants_and_ids() {
    let token = UserToken::new("jhammond").explicit_grants().id("token-1");
    let all = claims(&token, NOW);
    assert_eq!(
        (&all["explicit_grants"], &all["jti"], all.get("grants")),
        (&json!(true), &json!("token-1"), None)
    );
    assert_eq!(claims(&UserToken::new("jhammond"), NOW).get("explicit_grants"), None);

    let random = claims(&UserToken::new("jhammond").random_id([0xab; 16]), NOW)["jti"].clone();
    assert_eq!(random, "abababab-abab-4bab-abab-abababababab");
    let other = claims(&UserToken::new("jhammond").random_id([0xac; 16]), NOW)["jti"].clone();
    assert_ne!(random, other);
}

#[test]
fn an_empty_id_of_a_token_is_refused() {
    let error = UserToken::new("jhammond").id("").unsigned(NOW).unwrap_err();
    let TokenError::InvalidInput(input) = &error else { panic!("{error}") };
    assert_eq!(InvalidInput::field(input), "id");
}

#[test]
fn ids_that_would_name_another_entity_are_refused() {
    for entity in [
        Entity::user(""),
        Entity::user("a/b"),
        Entity::tenant("a/../b"),
        Entity::tenant(""),
        Entity::object("", "a"),
        Entity::object("a/b", "c"),
        Entity::user("."),
        Entity::user(".."),
        Entity::object("..", "admin"),
        Entity::user("a?b"),
        Entity::user("a#b"),
        Entity::user("a\\..\\b"),
        Entity::user("%2e%2E"),
        Entity::user("a%2Fb"),
        Entity::user("%61dmin"),
        Entity::user("%%36a"),
        Entity::tenant("a%252fb"),
        Entity::user("ad\tmin"),
        Entity::user("admin\n"),
        Entity::user("admin\0"),
        Entity::user("admin "),
        Entity::user(" admin"),
        Entity::object("projects\r", "a"),
    ] {
        let name = format!("{entity:?}");
        let error =
            UserToken::new("jhammond").grant(entity, [Grant::UserFeedRead]).unsigned(NOW).unwrap_err();
        let TokenError::InvalidInput(input) = &error else { panic!("{name}: {error}") };
        assert_eq!(InvalidInput::field(input), "grant", "{name}");
    }
    // Nothing is refused that every parser reads as it is written.
    for id in ["a b", "é", "50%", "100%off", "a@b.c", "a:b", "...", "$x", "a+b&c=d;e"] {
        let token = UserToken::new("jhammond").grant(Entity::user(id), [Grant::UserFeedRead]);
        assert!(
            claims(&token, NOW)["grants"].get(format!("https://api.knock.app/v1/users/{id}")).is_some(),
            "{id}"
        );
    }
    let nameless =
        UserToken::new("jhammond").grant(Entity::user("jhammond"), [""]).unsigned(NOW).unwrap_err();
    assert_eq!(nameless.to_string(), "`grant` has an empty name");
}
