use proptest::prelude::*;

use super::*;
use crate::client::tests::shop;
use crate::request::tests::CONTEXT;
use crate::request::{self, PageProblem, Refusal};

/// Each of these passed the comparison of some server. None is registered, so the browser is not redirected to any.
const CORPUS: [&str; 48] = [
    "https://shop.example/cb/",
    "https://shop.example/cb?",
    "https://shop.example/cb#",
    "https://shop.example/cb#fragment",
    "https://shop.example/cb?x=1",
    "https://shop.example/CB",
    "https://shop.example/cb/../other",
    "https://shop.example/cb/..;/other",
    "https://shop.example/./cb",
    "https://shop.example//cb",
    "https://shop.example/%63b",
    "https://shop.example/cb%00",
    "https://shop.example/cb%2f",
    "https://shop.example/cb%0d%0aset-cookie:x",
    "https://shop.example/cb\r\nx: y",
    "https://shop.example/cb ",
    " https://shop.example/cb",
    "\thttps://shop.example/cb",
    "HTTPS://shop.example/cb",
    "https://SHOP.example/cb",
    "https://shop.example:443/cb",
    "https://shop.example:8443/cb",
    "https://shop.example./cb",
    "https://shop.example.evil.example/cb",
    "https://evil-shop.example/cb",
    "https://sub.shop.example/cb",
    "https://shop.example@evil.example/cb",
    "https://shop.example:x@evil.example/cb",
    "https://evil.example@shop.example/cb",
    "https://a@b@shop.example/cb",
    "https://evil.example\\@shop.example/cb",
    "https://evil.example\\.shop.example/cb",
    "https://evil.example%2f.shop.example/cb",
    "https://evil.example#.shop.example/cb",
    "https://shop.example\u{2044}cb",
    "https://\u{ff53}hop.example/cb",
    "https://sh\u{43e}p.example/cb",
    "http://shop.example/cb",
    "//shop.example/cb",
    "/cb",
    "shop.example/cb",
    "javascript:alert(1)//shop.example/cb",
    "data:text/html,https://shop.example/cb",
    "shop-app://cb",
    "http://localhost.evil.example:4006/cb?lang=nl",
    "http://localhost:4006/cb",
    "http://127.0.0.1:4006/cb?lang=nl",
    "http://localhost:4007/cb?lang=nl",
];

#[test]
fn t14_only_an_exact_redirect_uri_is_redirected_to() {
    let shop = shop();
    for uri in CORPUS {
        let params = [
            ("client_id", "par_shop"),
            ("redirect_uri", uri),
            ("response_type", "code"),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            request::plain(&params, &shop, &CONTEXT),
            Err(Refusal::Page(PageProblem::RedirectUnregistered)),
            "{uri} must give a page, and no redirect"
        );
        assert!(request::pushed(&params, &shop, &CONTEXT).is_err(), "{uri}");
    }
    for uri in &shop.redirect_uris {
        assert!(is_registered(&shop.redirect_uris, uri));
    }
}

#[test]
fn only_uris_in_normal_form_of_the_domain_may_be_registered() {
    for uri in [
        "https://shop.example/cb",
        "https://login.shop.example/a/b?c=d&e=%C3%A9",
        "https://shop.example",
    ] {
        assert_eq!(check(uri, "shop.example", true), Ok(()), "{uri}");
    }
    for uri in [
        "http://localhost:4006/cb",
        "http://127.0.0.2:5000/",
        "http://[::1]:80800/cb",
        "https://localhost/x",
    ] {
        let fine = check(uri, "localhost", false).is_ok();
        // 80800 is not a port.
        assert_eq!(fine, !uri.contains("80800"), "{uri}");
        assert!(
            check(uri, "localhost.example", true).is_err(),
            "{uri} in production"
        );
    }
    use RedirectProblem as P;
    let cases = [
        ("https://shop.example/cb#x", P::Fragment),
        ("https://shop.example/cb#", P::Fragment),
        ("https://*.shop.example/cb", P::Wildcard),
        ("https://a@shop.example/cb", P::UserInfo),
        ("https://@shop.example/cb", P::UserInfo),
        ("http://shop.example/cb", P::NotHttps),
        ("http://localhost.evil.example/cb", P::NotHttps),
        ("javascript:alert(1)", P::NotNormal),
        ("shop-app:cb", P::NotNormal),
        ("https://shop.example:443/cb", P::NotNormal),
        ("https://Shop.example/cb", P::NotNormal),
        ("https://shop.example/a/../cb", P::NotNormal),
        ("https://shop.example/%2e%2e/cb", P::NotNormal),
        ("https://shop.example/a/..;/cb", P::NotNormal),
        ("https:\\\\shop.example\\cb", P::NotNormal),
        ("https://shop.example/c b", P::NotNormal),
        ("https://sh\u{43e}p.example/cb", P::NotNormal),
        ("/cb", P::NotNormal),
        ("https://shop.example/cb?state=1", P::ReservedParameter),
        ("https://evil.example/cb", P::ForeignHost),
        ("https://evilshop.example/cb", P::ForeignHost),
        ("https://192.0.2.1/cb", P::ForeignHost),
    ];
    for (uri, problem) in cases {
        assert_eq!(check(uri, "shop.example", true), Err(problem), "{uri}");
    }
    assert_eq!(
        check(
            &format!("https://shop.example/{}", "a".repeat(600)),
            "shop.example",
            true
        ),
        Err(P::TooLong)
    );
}

proptest! {
    #[test]
    fn t14_no_other_text_matches(uri in "\\PC{0,60}") {
        let shop = shop();
        prop_assert_eq!(is_registered(&shop.redirect_uris, &uri), shop.redirect_uris.contains(&uri));
    }

    #[test]
    fn arbitrary_text_does_not_panic(uri in "(https?://)?\\PC{0,60}", domain in "[a-z.]{0,12}") {
        let _ = check(&uri, &domain, false);
    }
}
