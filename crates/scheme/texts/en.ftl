# Sentences of the view: what the person reads, and signs, on the phone.

login-title = { $partner } wants to know who you are
login-purpose = Log in
return-choice = This browser may come back for { $minutes } minutes without asking me

share-title = { $partner } asks for your details
share-purpose = Share details
share-missing = You do not have this
share-why = Why
share-needed = Needed
share-attention = Attention
share-unexpected = This is not what { $partner } expects. You do not give it, and { $partner } learns that.
share-without = Without this, { $partner } gets no evidence with your details, nor what it asks only with evidence.
share-after-label = What happens with it
share-after = { $partner } gets this once, now. Ipse keeps a receipt for you. You can withdraw your consent in the history.
share-group-identity = Who you are
share-group-contact = How to reach you
share-group-document = Your document
share-group-assurance = How sure this is
share-yes = Yes
share-no = No
share-female = Female
share-male = Male
share-idcard = Identity card
share-passport = Passport
share-route-bank = At a bank
share-framework-simulated = Simulated: nobody was really checked
share-framework-be-aml = Belgian law against money laundering
share-level-low = Low
share-level-substantial = Substantial
share-level-high = High
share-age-day = At most a day
share-age-week = At most a week
share-age-month = At most a month
share-age-year = At most a year
share-age-longer = More than a year
share-key-software = In the app
share-key-hardware = In the chip of the phone

confirm-purpose = This happens only if you agree.
confirm-payment-title = { $partner } asks you to confirm a payment
confirm-order-title = { $partner } asks you to confirm an order
confirm-contract-title = { $partner } asks you to confirm a change of your contract
confirm-access-title = { $partner } asks you to give access
confirm-text-title = { $partner } asks you to confirm this
confirm-amount = Amount
confirm-total = Total
confirm-payee = To
confirm-iban = Account
confirm-reference = Reference
confirm-item = Order
confirm-contract = Contract
confirm-change = What changes
confirm-resource = Access to
confirm-place = Where
confirm-text = Text
confirm-after-label = What happens next
confirm-after = { $partner } gets proof that you agreed to exactly this. You keep a receipt.

connect-sim-title = You want to connect your new SIM
connect-sim-purpose = Your SIM will belong to your Ipse again.
connect-sim-number = Your phone number

change-code-title = You want to change your code
change-code-purpose = After this, only your new code works.
fingerprint-add-title = You want to use your fingerprint or face too
fingerprint-add-purpose = After this you can also confirm with it on this phone. Your code keeps working.
fingerprint-remove-title = You want to stop using your fingerprint or face
fingerprint-remove-purpose = After this you confirm with your code only.
email-set-title = You want to use this e-mail address
email-set-purpose = After this you can give it to sites that ask for it. Each time we ask you first.
email-remove-title = You want to remove your e-mail address
email-remove-purpose = After this Ipse gives it to no site any more. Sites that have it already keep it.
unblock-title = You want to use your Ipse again
unblock-purpose = After this you can log in again.
export-title = You want to see your data in a browser
export-purpose = For ten minutes the browser in which you started shows all that Ipse holds on you, and can download it.
export-phone-title = You want to download your data
export-phone-purpose = This phone then has all that Ipse holds on you in one file. Keep it well: who has it knows you.
me-title = You want to see your Ipse in a browser
me-purpose = The browser shows with whom you shared something, what kind of data and when. It does not show the data.

attribute-name = Name
attribute-given-name = First name
attribute-family-name = Family name
attribute-locale = Language
attribute-email = E-mail address
attribute-birthdate = Date of birth
attribute-age-gte-16 = 16 or older
attribute-age-gte-18 = 18 or older
attribute-age-gte-21 = 21 or older
attribute-age-gte-30 = 30 or older
attribute-gender = Gender
attribute-place-of-birth = Place of birth
attribute-nationalities = Nationality
attribute-picture = Photo
attribute-national-number = National number
attribute-address = Address
attribute-phone-number = Phone number
attribute-document-number = Number of the document
attribute-document-type = Kind of document
attribute-document-valid-until = Valid until
attribute-document-issuer = Country of the document
attribute-trust-framework = By which rules
attribute-assurance-level = How thoroughly
attribute-verified-by = Verified by
attribute-verified-on = Verified on
attribute-identification-mode = How
attribute-device-age = How long your phone has had your Ipse
attribute-device-key = Where the key of your phone is
attribute-sim-age = How long your SIM card has been the same
missing-email = You have not added one

# Mails. A line that begins with four spaces belongs to the text above.

mail-code-subject = Ipse: your code for this e-mail address
mail-code-text =
    Hello,

    You want to add this e-mail address to your Ipse. Type this code in the Ipse app:

        { $code }

    The code is valid for ten minutes. Give it to nobody, not even to somebody who says they call from Ipse.

    Was that not you? Then somebody typed your address by mistake. Without the code nothing happens, so you need not do anything.

    Ipse
mail-replaced-subject = Ipse: this e-mail address was replaced
mail-replaced-text =
    Hello,

    This e-mail address was part of an Ipse. Its owner has just replaced it with another address.

    Was that not you? Then open the Ipse app and choose “Block my Ipse” under “You”. Your bank can help you too.

    Ipse
mail-removed-subject = Ipse: this e-mail address was removed
mail-removed-text =
    Hello,

    This e-mail address was part of an Ipse. Its owner has just removed it.

    Was that not you? Then open the Ipse app and choose “Block my Ipse” under “You”. Your bank can help you too.

    Ipse
