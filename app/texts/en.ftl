# Ipse, the phone app. English, plain. Keep sentences short; say what happened and what to do.

skip = Go to the content
back = Back
next = Next
cancel = Cancel
try-again = Try again
start-over = Start over
go-home = Home
demo = Demo
today = Today
loading = One moment
loading-note = Fetching this from Ipse.
language = Language
tabs = Parts of the app
tab-home = Home
tab-scan = Scan
tab-history = History
tab-settings = You
open-requests = waiting

handset-title = Messages on this phone
handset-note = Demo: text messages to { $number } and mails to your address appear here.
handset-empty = No messages yet.

## Welcome and enrolment

welcome-title = Your identity, on your phone
welcome-lead = Log in and confirm with Ipse, instead of passwords and card readers.
welcome-phone = Your phone number and SIM
welcome-bank = Your bank says who you are
welcome-code = A code of five digits that only you know
welcome-begin = Create your Ipse
welcome-link = A site is asking who you are. Create your Ipse first. If that takes a while, start again on the site.
welcome-moves = Is your Ipse on another phone? Then it moves here.

enrol-step = Step { $at } of { $of }

number-title = What is your phone number?
number-why = Ipse works with the SIM in this phone.
number-label = Phone number
number-hint = For example 0470 12 34 56
number-wrong = We cannot use this phone number. Check the digits.
number-landline = This is not a mobile number. Ipse needs a number with a SIM.

sim-operator = Operator
sim-connect = Send the text message
sim-without = Continue without SIM
sim-other-number = Use another number
sim-ready-title = Your SIM is ready
sim-ready = { $operator } knows this SIM and can connect it to your Ipse.
    .do = You get a text message with six digits. Keep this phone with you.
sim-upgradable-title = Your SIM needs an update
sim-upgradable = This SIM cannot be connected yet.
    .do = You can continue now and use simple logins. Ask { $operator } to update your SIM, then connect it from this app.
sim-incompatible-title = Your SIM is too old
sim-incompatible = This SIM cannot work with Ipse.
    .do = You can continue now and use simple logins. Ask { $operator } for a new SIM with the same number, then connect it from this app.
sim-unknown-title = We do not know this number
sim-unknown = None of the operators that work with Ipse knows this number.
    .do = Check the digits, or use a number from another operator.

secret-title = Which digits did you get?
secret-why = A text message with six digits is on its way to { $number }.
secret-label = Six digits
secret-again = Send it again
secret-sent-again = A new message is on its way. The old digits no longer work.

bank-title = Which bank knows you?
bank-why = Your bank has checked your identity card. Sign in there and let it tell Ipse who you are.
bank-own-site = Opens the bank’s own site
bank-note = Ipse does not see your accounts, and the bank does not see where you use Ipse.

vouched-title = Is this you, { $name }?
vouched-why = { $bank } confirms:
vouched-yes = Yes, this is me
vouched-no = No, go back to the banks
vouched-note = Is something out of date? Have it corrected at your bank first.
vouched-replaces = You already have an Ipse. If you go on, this phone takes its place: your other phone stops working with Ipse. Sites still know you as the same person.
given-name = First names
family-name = Family name
birthdate = Born on
nationality = Nationality
document-number = Identity card
gender = Gender
gender-female = female
gender-male = male
place-of-birth = Born in
address = Address
photo = Photo
photo-given = from your bank

code-title = Choose a code of five digits
code-why = You type it each time you approve something. It is not stored anywhere, and nobody at Ipse will ever ask for it.
code-again-title = Type the same code again
code-again-why = This rules out a typing mistake.
code-locking = Securing your code.
code-refused-length = A code has five digits.
code-refused-same-digits = Five times the same digit is what everybody tries first. Choose another code.
code-refused-sequence = Digits in a row are easy to guess. Choose another code.
code-refused-pattern = This code follows a pattern that is easy to guess. Choose another code.
code-refused-phone-number = These are the last digits of your phone number. Choose another code.
code-refused-birth-date = This contains your year of birth. Choose another code.
code-refused-different = The two codes were not the same. Choose your code once more.
pad-count = { $count } of { $of } digits typed
pad-erase = Erase the last digit

biometric-title = Use your fingerprint or face too?
biometric-why = Then you can approve simple things without typing your code.
biometric-note = Your fingerprint or face stays on this phone. Your code keeps working too.
biometric-yes = Yes, set it up
biometric-no = No, only my code
biometric-later = Does it not work? Go on with your code only. You can set this up later.
finishing-title = Almost done

ready-title = Welcome, { $name }
ready-advanced = Your Ipse is ready: phone, SIM and code, all three connected.
ready-basic = Your Ipse is ready for simple logins. Connect a SIM for everything else.
ready-replaced = Your Ipse is now on this phone. Your other phone no longer works with it.
limited-soon = For your safety, this phone does simple logins only for now. We are telling your old number about the new phone first.
limited-until = For your safety, this phone does simple logins only until { $time }.
enrol-again-code = Choose your code again
enrol-again-bank = Go to my bank again
ready-how = On a site, choose “Log in with Ipse”. Then scan the code on the screen with this app.
ready-home = Go to my Ipse
ready-continue = Continue to the request

## Home

home-title = Hello, { $name }
home-scan = Scan a code
status-active = Ready to use
status-suspended = Protected
status-closed = Closed
status-blocked-note = Nobody can use your Ipse now, on any site.
level-advanced = Phone, SIM and code are connected.
level-basic = Phone and code are connected, your SIM is not. That is enough for simple logins.
level-short-advanced = Advanced (phone, SIM and code)
level-short-basic = Basic (phone and code)
open-title = Waiting for your answer
open-none = Nothing is waiting for you.
returning-title = May come back
returning-why = These browsers may come back without asking you. You allowed that when you logged in.
returning-until = { $browser }, until { $time }
returning-stop = End it now
past-title = Recently
past-more = See everything
wrong-since-last = { $count ->
    [one] Someone typed a wrong code once since your last approval. Was it not you? Block your Ipse.
   *[other] Someone typed a wrong code { $count } times since your last approval. Was it not you? Block your Ipse.
}

reason-person = You blocked your Ipse yourself.
    .do = Lift the block with your code when you are sure that all is well.
reason-code-exhausted = Too many wrong codes were typed.
    .do = Sign in at your bank and choose a new code.
reason-sim-changed = Your number moved to another SIM.
    .do = If you did this, connect the new SIM. If not, call your operator now.
reason-sim-lost = Your SIM was reported lost.
    .do = Once you have a new SIM with your number, connect it here.
reason-device-lost = This phone was reported lost.
    .do = Create your Ipse again on your new phone, with your bank.
reason-contested = An earlier phone of yours said that the new phone is not yours.
    .do = Go to your bank to prove who you are. Only that lifts this block.
reason-document = Your identity card is no longer valid.
    .do = Ask your town hall for a new card, then prove who you are again.
reason-registrar = Your bank no longer confirms who you are.
    .do = Ask your bank why, then sign in there again.
reason-deceased = According to the population register, the holder has died.
    .do = Is this a mistake? Contact your town hall.
reason-fraud = Ipse saw signs of misuse. Your Ipse is blocked to protect you.
    .do = Contact Ipse support. Have your identity card ready.
reason-other = Your Ipse is blocked. This app cannot show why.
    .do = Close the app and open it again to get the newest version. If the reason is still missing, contact Ipse support.
way-block = Lift the block
way-recover = Go to my bank
way-new-sim = Connect the new SIM

## Scanning

scan-title = Scan the code on the site
scan-how = Hold the square code on the other screen inside the frame.
scan-camera = What the camera sees
scan-no-camera = There is no camera, or the app may not use it. Choose a picture, or paste the text below.
scan-otherwise = Other ways
scan-picture = Choose a picture of the code
scan-text = Text of the code
scan-paste = Paste
claiming = Fetching the request
claiming-note = You will see it in a moment. Nothing happens unless you approve it.

## A request

verified = Verified site:
they-get = { $partner } gets
share-kept = You keep this
share-was-kept = You kept this
share-was-missing = You did not have this
missing-title = { $partner } also asks for
missing-add-email = Add my e-mail address
missing-fetch-bank = Fetch it from my bank
missing-waits = You can add it first: this request waits up to ten minutes. Or continue without it.
missing-without = You can continue without it.
fetch-bank-title = What your bank knows
fetch-bank-why = Sign in at a bank that knows you. It gives Ipse what the site asks and you do not have yet, such as your address or photo.
fetch-bank-note = You then come back to the request, which waits up to ten minutes. What the bank gives replaces what Ipse had from a bank. The site gets nothing until you confirm.
match-ask = Do you see the same three characters where you started?
started = Started
started-app = On this phone, { $browser }
started-qr = On another screen, { $browser }
started-link = Through a link, { $browser }
started-backchannel = Without a browser
warning-started_elsewhere = This request came through a link, not from your own screen. Continue only if you started it yourself.
scan-instead = Scan the site’s code instead
level = Level
valid-until = Valid until
what-after = If you continue, you confirm with your code or fingerprint. Only then does { $partner } get an answer.
what-after-code = If you continue, you confirm with your code.
what-after-confirm = If you continue, you confirm with your code or fingerprint. Without that, nothing happens.
expires-soon = Less than a minute left. Too late? Start again on the site.
refuse = Refuse
continue = Continue
not-me = I did not start this
confirm-code-title = Your code
confirm-biometric-title = Confirm with your fingerprint or face
confirm-biometric = Confirm
use-code = Use my code
use-biometric = Use my fingerprint or face
tries-left = { $count ->
    [one] One try left. After that your Ipse is blocked to protect you.
   *[other] { $count } tries left.
}
contacting-sim = Contacting your SIM…
confirming = Confirming

unsupported-title = This app cannot show this request
unsupported-why = The request needs a newer version of the app. Update the app, or refuse the request.
unsupported-do = { $partner } gets nothing until you have seen the whole request. If you see this screen again after the update, refuse.
update-app = Update

outcome-approved-title = Done
outcome-refused-title = Refused
outcome-approved-what = You said yes to { $partner }.
outcome-shared = { $partner } got this from you.
outcome-confirmed = You confirmed this. { $partner } got the proof.
outcome-picture = The picture that you saw
outcome-refused-what = You said no. { $partner } got nothing of yours.
outcome-refused-confirm = You said no. { $partner } learns that, and nothing happens.
outcome-code = Your code is changed. Use your new code from now on.
outcome-fingerprint-added = You can now confirm with your fingerprint or face too.
outcome-fingerprint-removed = You now confirm with your code only.
outcome-email-set = Your e-mail address is set. A site that asks for it gets it when you say yes.
outcome-email-removed = Your e-mail address is removed.
outcome-export = Your data is open for ten minutes.
outcome-waiting = Go on at { $partner }
outcome-sim = Your new SIM is connected.
outcome-unblock = The block is lifted. Your Ipse works again.
outcome-nothing-changed = You said no, so nothing changed.
outcome-look-there = Look at the other screen: it continues by itself.
outcome-return = Back to { $domain }
wasnt-me = This wasn’t me
wasnt-me-approved = We will block your Ipse everywhere at once, and record that you did not approve this.
wasnt-me-other = We will block your Ipse everywhere at once, and record that you did not ask for this.
wasnt-me-block = Block my Ipse
reported = Your Ipse is blocked, and we have recorded your report.
    .do = Tell the site as well. You can lift the block with your code.

kind-login = Login
kind-code = Code changed
kind-fingerprint = Fingerprint or face
kind-email = E-mail address
kind-export = Your data
kind-share = Details
kind-confirm = Confirmation
kind-sim = New SIM
kind-unblock = Lift the block
kind-unknown = Other request
outcome-created = Waiting
outcome-linked = Waiting
outcome-approved = Approved
outcome-delivered = Approved
outcome-refused = Refused
outcome-expired = Expired
outcome-cancelled = Cancelled
outcome-returned = Came back without asking
returned-why = This browser came back. You allowed that when you approved the login.
outcome-withdrawn = Consent withdrawn

## What each site got, and taking it back

partners-title = Who got what
partners-note = What each site got from you
partners-why = Every site that got something from you through Ipse. Open one to see what it was, or to withdraw your consent.
partners-none = No site has got anything from you yet.
partner-got = What { $partner } got from you
partner-note = See everything, or withdraw your consent
partner-nothing = No details. { $partner } only recognises you when you come back.
partner-no-details = No details
partner-more = { $count } more
partner-purpose = What for
partner-first = First time
partner-last = Last time
partner-answers = How often
partner-times = { $count } times
partner-requests = Requests from { $partner }
partner-receipts = Each has a receipt.
attribute-name = Name
attribute-given-name = First name
attribute-family-name = Family name
attribute-locale = Language
attribute-email = E-mail address
attribute-email-verified = That your e-mail address is verified
attribute-birthdate = Date of birth
attribute-age-gte-16 = Whether you are 16 or older
attribute-age-gte-18 = Whether you are 18 or older
attribute-age-gte-21 = Whether you are 21 or older
attribute-age-gte-30 = Whether you are 30 or older
attribute-gender = Gender
attribute-place-of-birth = Place of birth
attribute-nationalities = Nationality
attribute-picture = Photo
attribute-be-national-number = National number
attribute-address = Address
attribute-phone-number = Phone number
attribute-phone-number-verified = That your phone number is verified
attribute-document-number = Number of your document
attribute-document-type = Kind of document
attribute-document-valid-until = Until when your document is valid
attribute-verified-by = Who checked who you are
attribute-verified-on = When it was checked who you are
attribute-identification-mode = How it was checked who you are
attribute-document-issuer = Country of your document
attribute-trust-framework = By which rules it was checked who you are
attribute-assurance-level = How thoroughly it was checked who you are
attribute-device-age = How long your phone has had your Ipse
attribute-device-key = Where the key of your phone is
attribute-sim-age = How long your SIM has been the same
attribute-other = Another detail ({ $name })
withdraw = Withdraw consent
withdraw-title = Withdraw your consent?
withdraw-now = Withdraw
withdraw-why = This covers everything that you approved for { $partner } until now.
withdraw-ends = This stops at once.
    .what = { $partner } can fetch nothing more with what you approved. Browsers that came back there without asking must ask you again.
withdraw-told = { $partner } is told.
    .what = Ipse sends word that you withdrew your consent, and for what.
withdraw-untold = { $partner } is not told.
    .what = It takes no messages from Ipse about this. Tell it yourself.
withdraw-stays = What { $partner } has, it still has.
    .what = Ipse cannot take that back. Only { $partner } can erase it, and you have the right to ask for that.
withdraw-again = You can still go there.
    .what = If { $partner } asks you something again, you decide again.
withdrawn-title = Consent withdrawn
withdrawn = You withdrew your consent. { $partner } gets nothing more from you through Ipse, unless you say yes again.
withdrawn-on = Consent withdrawn: { $time }
withdraw-receipt = Receipt of the withdrawal
erase-how = How to have your details erased
erase-title = Have { $partner } erase your details
erase-right = Ipse cannot do this for you, and does not know the address to write to. You find it in the privacy statement on { $domain }. { $partner } must answer you within a month.
erase-label = A text that you can send
erase-everything = everything that you know of me
erase-letter =
    To { $partner } ({ $domain })

    On { $day } I withdrew the consent that I had given you through Ipse. Please erase the details that you got from me that way:

    { $details }

    Article 17 of the GDPR gives me this right.

    Please confirm within one month that you have done so. If you must keep some of them, tell me which ones and why.

    { $name }
letter-copy = Copy the text
letter-copied = Copied. Paste it into a mail or a form.
letter-selected = The text is selected. Copy it now.

history-title = History
history-why = Every request, also what you refused or let expire, and everything else that happened to your Ipse.
history-more = Show earlier ones
ended-not-me = You said that you did not start this
ended-wrong-details = You said that the details were wrong
ended-superseded = Replaced by a newer request
ended-browser = Cancelled in the browser
ended-level = This phone could not do what was asked
ended-new-phone = Cancelled, because your Ipse moved to a new phone
ended-blocked = Cancelled, because your Ipse was blocked
event-other = Something changed
event-notice = Your old number was told of your new phone
event-bank = Confirmed by { $bank }
event-reported = You said that a request was not yours.
told-untold = { $partner } was not told: it takes no messages about this
told-waiting = { $partner } is being told
told-accepted = { $partner } was told
told-refused = { $partner } was told, but did not accept the message
told-expired = { $partner } could not be told
past-outcome = Result
past-when = When
past-domain = Site
past-other-device = This request is open on another screen.

## Receipts

receipt-see = See the receipt
receipt-title = Receipt
receipt-checking = Checking the receipt
receipt-requester = Asked by
receipt-what = Request
receipt-browser = Browser
receipt-bank = Confirmed by
receipt-why = Reason
receipt-factor = Confirmed with
receipt-shown = What you were shown
receipt-chosen = You chose
choice-on = On
choice-off = Off
receipt-checks = Checked by this phone
receipt-correct = Everything is correct.
receipt-other = What this phone can check is correct.
receipt-pending = Everything is correct so far. The receipt enters the log in a few seconds.
receipt-incorrect = Something is not correct. Keep this page (print it) and contact Ipse support.
receipt-print = Print
receipt-place = entry { $index } of { $size }
receipt-kind-approval = You approved
receipt-kind-refusal = You refused
receipt-kind-expiry = A request expired
receipt-kind-block = Your Ipse was blocked
receipt-kind-unblock = The block was lifted
receipt-kind-enrolment = Your Ipse was created
receipt-kind-recovery = You chose a new code
receipt-kind-device = A device changed
receipt-moved = Your Ipse moved to a new phone
receipt-kind-sim = A SIM was connected
receipt-kind-return = A browser came back
receipt-kind-attributes = Your bank gave data
receipt-kind-withdrawal = You withdrew your consent
factor-code = Code
factor-unlock = Fingerprint or face
check-committed-yes = This receipt is yours and has not changed.
check-committed-no = This receipt does not match the log.
check-committed-pending = Not checked yet.
check-mine-yes = This phone signed it.
check-mine-no = It does not carry this phone’s signature.
check-mine-other = Another phone of yours signed it. Only that phone can check this.
check-mine-pending = Not checked yet.
check-promised-yes = Ipse has signed that this receipt will enter the log.
check-promised-no = Ipse’s promise is not valid.
check-promised-pending = Not checked yet.
check-logged-yes = It is in the signed log. Nobody can remove it.
check-logged-now = It is in the log that Ipse shows now.
check-logged-no = It is not in the signed log.
check-logged-pending = It enters the log in a few seconds.
check-logged-overdue = It should be in the signed log by now, and it is not.
check-continues-yes = The log still has everything that this phone remembers: { $before } entries then, { $size } now.
check-continues-no = The log is not the one that this phone remembers.
check-continues-first = This phone had no memory of the log yet. From now on it remembers { $size } entries, and notices if one goes missing.
check-continues-pending = There is no signed log yet.
log-forgot-title = Ipse’s log lost something
log-forgot-what = Each decision goes into a log that Ipse signs. This phone remembers that log, and it was longer before. Nobody may take anything out of it.
log-forked-title = Ipse’s log was changed
log-forked-what = Each decision goes into a log that Ipse signs. The log that Ipse shows now is not the one that this phone remembers. Nobody may change it, or show you another log than others.
log-overdue-title = Ipse did not keep a promise
log-overdue-what = Ipse signed that this receipt would be in the log by now. It is not there. Check first that the time on this phone is right.
log-do = Copy or save the proof. Send it to Ipse support and to the authority that supervises Ipse. The proof carries Ipse’s own signature, so Ipse cannot deny it. Your receipts stay valid.
log-noticed = Noticed
log-remembered = This phone remembers
log-received = Ipse shows now
log-promised = Promised by
log-head = { $size } entries, signed on { $time }
log-head-none = no log at all
log-copy = Copy the proof
log-copied = Copied
log-copy-failed = The proof cannot be copied here. Save it instead.
log-save = Save the proof
log-receipt = Show the receipt
log-earlier = On { $day } the log did not match what this phone remembers. The phone keeps the proof.
log-show = Show the proof

## You

settings-title = You
settings-name = Name
settings-sim = SIM
settings-biometric = Fingerprint or face
settings-email = E-mail address
export-title = Download my data
export-what = You get all that Ipse holds on you in one file: who you are, your phones, and everything you approved.
export-confirm = You confirm with your code, and your SIM is asked too.
export-browser = Rather on a computer? Go to { $address } there.
export-save = Save the file
export-saved = Saved. Keep it well: who has it knows you.
email-none = Not added
biometric-now-on = Set up
biometric-now-off = Not set up
sim-now-connected = Connected, { $operator }
sim-now-none = Not connected
sim-now-changed = Changed
sim-now-moved = Your number has another SIM
devices-title = Your devices
devices-why = Every phone that can act in your name, or could before.
device-this = This one
device-since = Since { $time }
device-used = Last used { $time }
device-suspended = Suspended
device-replaced = Replaced by another phone
device-removed = Removed
replaced-title = Your Ipse is on another phone
replaced-what = Somebody whom your bank recognised as you moved your Ipse to another phone. This phone can no longer use it. If that was you, there is nothing to do here.
replaced-not-me = This was not me
replaced-start = Set up Ipse on this phone again
replaced-until = Was that not you? Say so before { $time }. Your Ipse is then blocked at once.
replaced-late = Was that not you? Then set up Ipse on this phone again with your bank. That replaces the other phone.
contested-title = Your Ipse is blocked
contested-what = Nobody can use your Ipse now, also not on the other phone.
contested-do = Go to your bank to prove who you are. Then your Ipse comes back to this phone.
contested-next = Set up Ipse with my bank
install-title = Put Ipse on the home screen
about-title = About Ipse
about-what = Ipse lets you say who you are, with your phone, your SIM and your code together.
about-code = Your code is neither on this phone nor at Ipse. Each decision has a receipt that you can check yourself.
about-scheme = Run by
about-profile = Profile
about-terms = Terms
about-device = Device
about-font = Typeface: Atkinson Hyperlegible Next, SIL Open Font License.

block-title = Block my Ipse
block-note = At once, everywhere
block-blocked-title = Your Ipse is protected
block-why = Have you lost your phone, or does something seem wrong? Block your Ipse at once.
block-what-1 = No site can use it any more.
block-what-2 = Everything in progress stops.
block-what-3 = You lift the block with your code.
block-now = Block now
unblock = Lift the block
unblock-how = You lift the block with your code.

recover-title = Choose a new code with your bank
recover-why = Sign in at a bank that knows you. Then you choose a new code on this phone.

change-code-title = Change my code
forgot-code = I forgot my code
change-code-bank = You have no connected SIM. Your bank can confirm who you are; then you choose a new code.
change-code-next = After that you confirm with your old code.
fingerprint-on = Set up on this phone
fingerprint-off = Not set up on this phone
fingerprint-remove-why = Do you want to stop using it? Then you confirm with your code only.
fingerprint-none = This phone does not know your fingerprint or face yet. Set that up first in the settings of your phone.
fingerprint-add = Set it up
fingerprint-remove = Stop using it
fingerprint-next = In the next step we ask for your code.
email-title = Add your e-mail address
email-label = Your e-mail address
email-why = Some sites want to write to you. They get your address only when you say yes. First we send a mail, to see that the address is yours.
email-send = Send me a code
email-code-title = Which digits are in the mail?
email-code-why = A mail with six digits is on its way to this address.
email-late = No mail? Look among unwanted mail (spam), or go back and check the address. The digits are valid for ten minutes. After that you confirm with your code.
email-mailbox = Open the mailbox of the demo
email-have = A site that asks for it gets it only when you say yes.
email-change = Use another address
email-remove = Remove my address
email-unavailable = You cannot add an e-mail address at the moment.
new-sim-title = Connect a SIM
new-sim-why = New SIM for { $number }? Put it in this phone and connect it.
new-sim-how = You get a text message with six digits, and then confirm with your code.
new-sim-moved = { $number } now belongs to another SIM. Give the number of your own SIM.
new-sim-other = I have another number
new-sim-same = I have the same number

## Problems: what happened, and what to do

problem-code = Code: { $code }
problem-malformed_request = Ipse did not understand this app.
    .do = Close the app and open it again, so that you have the newest version.
problem-too_large = This was too large to send.
    .do = Close the app, open it again and start over.
problem-unsupported_media_type = Ipse did not understand this app.
    .do = Close the app and open it again, so that you have the newest version.
problem-device_signature_invalid = Ipse does not know this phone any more.
    .do = Start over here, with your phone number and your bank.
problem-device_suspended = Ipse no longer accepts this phone, to protect you.
    .do = Start over here with your bank. If that is refused, contact Ipse support and have your identity card ready.
problem-device_replaced = Your Ipse is on another phone.
    .do = Use that phone. If you did not move it, say so here or go to your bank.
problem-device_copied = A copy of this app seems to be in use.
    .do = Your Ipse is blocked everywhere to protect you. Start over here with your bank; if that is refused, contact Ipse support and have your identity card ready. If you copied nothing yourself, have this phone checked.
problem-sequence_stale = Ipse and this phone got out of step for a moment.
    .do = Nothing was lost. Try again.
problem-sequence_behind = Ipse and this phone got out of step for a moment.
    .do = Nothing was lost. Try again.
problem-identity_blocked = Your Ipse is blocked, so this cannot go on.
    .do = Go to the home screen to see why, and what you can do.
problem-not_found = This is no longer there, or it is not yours.
    .do = Start again where you began.
problem-action_expired = This request has expired.
    .do = Nothing was shared. Start again on the site.
problem-action_closed = This request is already closed.
    .do = See your history for the result.
problem-link_stale = This code is too old.
    .do = Scan the code on the site again; it changes every second.
problem-scan_required = This request came through a link. That is not enough here.
    .do = Scan the code on the site with the camera of this app.
problem-link_invalid = This is not an Ipse code.
    .do = Scan the square code next to “Log in with Ipse”.
problem-already_claimed = Another phone opened this request first.
    .do = Was that not you? Cancel on the site and start again.
problem-view_changed = What the site asks is not what you were shown.
    .do = Nothing was shared. Start again on the site.
problem-attempt_open = Another request is still in progress.
    .do = Finish that one first, or wait a moment and try again.
problem-attempt_unknown = This attempt has ended.
    .do = Type your code again.
problem-code_wrong = That code was wrong.
    .do = { $left ->
        [0] Your Ipse is now blocked to protect you. Go to the home screen to choose a new code with your bank.
        [one] One try left. After that your Ipse is blocked to protect you.
       *[other] { $left } tries left.
    }
problem-proof_invalid = Your confirmation could not be verified.
    .do = Nothing was shared. Try again.
problem-fingerprint_exists = Fingerprint or face is set up already.
    .do = If you want to use another one, remove this one first.
problem-fingerprint_missing = Fingerprint or face is not set up.
    .do = You need not do anything.
problem-sim_unavailable = Your SIM or your operator does not answer.
    .do = Check that the phone has reception, then try again. This costs you no try.
problem-sim_not_ready = This needs a connected SIM.
    .do = Connect your SIM under “You”, then start again on the site.
problem-sim_line = Your operator does not send anything to this number at the moment.
    .do = Call your operator: the line may be blocked, or about to move to another operator. Then try again.
problem-sim_mismatch = The SIM that answered is not the one connected to your Ipse.
    .do = New SIM? Connect it under “You”. If not, call your operator.
problem-number_disputed = Two operators say that this number is theirs.
    .do = Call your operator. Until it is solved, use another number.
problem-sim_secret_wrong = Those digits were wrong.
    .do = { $left ->
        [0] Have a new message sent.
        [one] One try left. Look at the newest message.
       *[other] { $left } tries left. Look at the newest message.
    }
problem-email_invalid = Mail cannot be sent to this address.
    .do = Check whether you typed it right.
problem-email_code_wrong = Those digits were wrong.
    .do = { $left ->
        [0] Have a new mail sent.
        [one] One try left. Look at the newest mail.
       *[other] { $left } tries left. Look at the newest mail.
    }
problem-email_missing = There is no e-mail address.
    .do = You need not do anything.
problem-email_unavailable = The mail could not be sent.
    .do = Check the address and try again in a moment.
problem-already_enrolled = You have an Ipse already.
    .do = Use it on the phone where it is. Have you lost that phone? Your bank helps you move your Ipse.
problem-epoch_changed = Your Ipse has changed meanwhile.
    .do = Nothing was shared. Start again where you began.
problem-level_not_allowed = This needs a higher level than this phone can reach.
    .do = Connect your SIM under “You”, or ask the site for another way.
problem-registrar_failed = Your bank’s answer could not be verified.
    .do = Nothing was stored. Choose your bank again in a moment.
problem-bank_declined = You chose to share nothing.
    .do = Choose a bank again, or stop here.
problem-wrong_browser = This came back in another browser than the one where you began.
    .do = Continue in the app where you began.
problem-person_mismatch = The bank confirmed somebody else.
    .do = Sign in at the bank as yourself, with your own account.
problem-assurance_insufficient = Your bank has not checked your identity card well enough for this.
    .do = Show your card at the bank, or choose another bank.
problem-proofing_stale = Your Ipse was blocked after your bank confirmed who you are.
    .do = Sign in at your bank once more.
problem-busy = Ipse is very busy.
    .do = Try again in a moment. Nothing was lost.
problem-clock_disagrees = Ipse’s clock is not right. Until it is, nothing is approved.
    .do = Try again in ten minutes. Nothing was lost.
problem-too_many_requests = That was too often in a short time.
    .do = { $hours ->
        [0] Wait { $seconds } seconds, then try again.
        [one] Try again in an hour.
       *[other] Try again in { $hours } hours.
    }
problem-internal = Ipse has a technical problem.
    .do = Nothing was shared. Try again in a moment.
problem-offline = There is no connection.
    .do = Check that the phone has reception or Wi-Fi, then try again.
problem-answer_unreadable = Ipse’s answer arrived damaged.
    .do = Try again. If it happens again, close the app and open it again.
problem-view_unreadable = This request contains text that may mislead you, so it is not shown.
    .do = Nothing was shared. Warn the site that sent it.
problem-sim_statement_invalid = Your operator’s answer is not about this request.
    .do = Nothing was shared. Start again on the site.
problem-unlock_cancelled = Your fingerprint or face was not recognised, or you cancelled.
    .do = Try again, or use your code.
problem-unlock_unavailable = Fingerprint or face is not set up on this phone.
    .do = Use your code.
problem-app_outdated = This app is too old for this request.
    .do = Nothing was shared. Update the app, then open the request again. If you see this screen again, start again on the site or contact Ipse support.
problem-camera_unavailable = The camera cannot be used.
    .do = Allow it in the settings of this phone, or use a picture of the code.
problem-qr_not_found = There is no code in this picture.
    .do = Take a picture that shows the whole square, or paste its text.
problem-storage_unavailable = This browser does not store anything for the app.
    .do = Leave private browsing, or free some space, and open the app again.
problem-not_enrolled = There is no Ipse on this phone yet.
    .do = Create your Ipse first.
problem-unexpected = The app has an error.
    .do = Close the app and open it again. Nothing was shared.
