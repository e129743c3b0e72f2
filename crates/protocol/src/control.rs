//! The controls that the threat model names, each of which can be left out of a test build.
//!
//! A control without a test that fails when it is removed does not count. `./test long` therefore builds once
//! per control with `IPSE_CONTROL_OFF=<value>` (a compile-time `cfg`, never a runtime switch; refused for a
//! release build) and expects the test named after the row to fail.

macro_rules! controls {
    ($($(#[$doc:meta])* $name:ident = $value:tt,)*) => {
        /// A control, named after the row of the threat model that it meets.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Control { $($(#[$doc])* $name,)* }

        impl Control {
            /// Every control, in the order of the threat model.
            pub const ALL: &'static [Control] = &[$(Control::$name,)*];

            /// The value of `IPSE_CONTROL_OFF` (and of `cfg(control_off)`) that leaves this control out.
            pub const fn cfg_value(self) -> &'static str {
                match self { $(Control::$name => $value,)* }
            }
        }

        /// Whether this build enforces the control. Always true but in a build that a test made on purpose.
        #[inline(always)]
        pub const fn enforced(control: Control) -> bool {
            match control { $(Control::$name => !cfg!(control_off = $value),)* }
        }
    };
}

controls! {
    /// A QR text lives ten seconds and is keyed.
    T01QrFreshness = "t01_qr_freshness",
    /// A link without proof of the same browser never reaches beyond `basic` in production.
    T01NumberOnlyStart = "t01_number_only_start",
    /// One pending request per person and partner.
    T02OnePending = "t02_one_pending",
    /// The attempt is spent before the second message leaves.
    T03AttemptSpentFirst = "t03_attempt_spent_first",
    /// Three wrong codes block.
    T03ThreeStrikes = "t03_three_strikes",
    /// Ten wrong codes within 30 days block, whatever lies between.
    T03TenInThirtyDays = "t03_ten_in_thirty_days",
    /// Nothing stored lets a code be tested offline.
    T04CodeNotStored = "t04_code_not_stored",
    /// Few codes are evaluated for one registration.
    T04RegistrationsCounted = "t04_registrations_counted",
    /// A code is registered only until it is in use.
    T04RegistrationCloses = "t04_registration_closes",
    /// A used sequence with other bytes suspends the device.
    T05SequenceReuse = "t05_sequence_reuse",
    /// The code proof covers the whole transcript.
    T06ProofCoversTranscript = "t06_proof_covers_transcript",
    /// A changed SIM blocks, also in the middle of an action.
    T07SimSwapBlocks = "t07_sim_swap_blocks",
    /// The phone signs the hash of the view that it showed.
    T08ViewHash = "t08_view_hash",
    /// Text in a view holds nothing that misleads the eye.
    T08ViewText = "t08_view_text",
    /// One decision per action.
    T11DecisionUnique = "t11_decision_unique",
    /// A nonce serves once.
    T12NonceOnce = "t12_nonce_once",
    /// Effects leave through the outbox of the same transaction.
    T13Outbox = "t13_outbox",
    /// Redirect URIs match exactly.
    T14RedirectExact = "t14_redirect_exact",
    /// PKCE with S256, always.
    T15Pkce = "t15_pkce",
    /// A code belongs to one client and redirect URI.
    T15CodeBinding = "t15_code_binding",
    /// A code is redeemed once.
    T16CodeOnce = "t16_code_once",
    /// `iss` in every authorization response.
    T17Iss = "t17_iss",
    /// Only the browser that began may finish.
    T18BrowserBinding = "t18_browser_binding",
    /// Forms carry a token of their own.
    T18FormToken = "t18_form_token",
    /// A client assertion names exactly our issuer.
    T19AssertionAudience = "t19_assertion_audience",
    /// A client assertion serves once.
    T19JtiOnce = "t19_jti_once",
    /// Parameters outside a pushed or signed request change nothing.
    T20OuterIgnored = "t20_outer_ignored",
    /// Every outgoing fetch passes one guard.
    T21FetchGuard = "t21_fetch_guard",
    /// Only registered keys count.
    T22RegisteredKeys = "t22_registered_keys",
    /// Tokens and JSON are parsed strictly.
    T23Strict = "t23_strict",
    /// Hard limits before parsing.
    T24Limits = "t24_limits",
    /// Every failed decryption gets the same answer (enforced in `ipse_jose`).
    T25OpaqueError = "t25_opaque_error",
    /// A silent operator never weakens an action.
    T30OperatorSilent = "t30_operator_silent",
    /// The log is verified whole.
    T32LogVerify = "t32_log_verify",
    /// Personal data is encrypted at rest.
    T34FieldEncryption = "t34_field_encryption",
    /// A device row that the scheme did not write counts for nothing.
    T34RowMac = "t34_row_mac",
    /// Each partner knows a person under another name.
    T39Pairwise = "t39_pairwise",
    /// Nothing leaves that was not requested, shown and approved.
    T40Disclosure = "t40_disclosure",
    /// An unknown number gets the answer that a known one gets.
    T41SameAnswer = "t41_same_answer",
}

// A flag for the compiler (`--cfg`) would get past the build script: an optimised build refuses it here once more.
const _: () = {
    let mut at = 0;
    while at < Control::ALL.len() {
        assert!(
            cfg!(debug_assertions) || enforced(Control::ALL[at]),
            "a release is never built with a control switched off"
        );
        at += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_distinct_and_name_their_row() {
        let mut seen = std::collections::BTreeSet::new();
        for control in Control::ALL {
            let value = control.cfg_value();
            assert!(seen.insert(value), "{value} stands twice");
            let row = format!("{control:?}")[..3].to_lowercase();
            assert!(value.starts_with(&row), "{control:?} = {value}");
        }
    }

    #[test]
    fn at_most_one_control_is_off() {
        let off = Control::ALL.iter().filter(|c| !enforced(**c)).count();
        assert!(off <= 1);
    }
}
