# The texts of the demo banks.
demo = Demo: this bank and its customers are invented.
home = Welcome
home-lead = This bank can confirm who its customers are. Start in the Ipse app and choose your bank there.
told = What Ipse told this bank
told-new-phone = { $name } has Ipse on a new phone since { $date }.
told-other = Something about the Ipse of { $name } changed on { $date }.
sign-in = Sign in
sign-in-lead = Ipse asks us who you are. Sign in; you will then see what we hand over.
customer = Customer name
customer-unknown = We do not know that customer. Check the name, or choose below.
sign-in-button = Sign in
choices = Or choose a demo customer
choices-lead = A real bank would ask for your card reader or its app here.
agree = Hand this over to Ipse?
agree-lead = Ipse gets exactly this, and nothing else from your bank:
agree-nothing = Ipse asks for more than this bank can confirm. Nothing will be handed over.
agree-button = Hand over
refuse-button = Do not hand over
given-name = First name
family-name = Family name
birthdate = Date of birth
nationality = Nationality
national-number = National number
document = Identity card
gender = Gender
gender-value = { $gender ->
     [female] female
     [male] male
    *[other] { $gender }
 }
place-of-birth = Place of birth
address = Address
photo = Photo
photo-value = the photo on your identity card
stale = This request is no longer valid
stale-lead = It was used already, is too old, or began in another browser. Go back to Ipse and start again.
invalid = This request is not in order
invalid-lead = Nothing was handed over. Go back to Ipse and start again.
missing = This page does not exist
missing-lead = Perhaps the address was copied wrongly.
checked = We read your identity card in our branch on { $date }.
agree-after = You will then return to Ipse. Your accounts stay here.
document-value = { $number }, valid until { $expiry }
code = Code: { $code }
date = { $day } { $month ->
     [1] January
     [2] February
     [3] March
     [4] April
     [5] May
     [6] June
     [7] July
     [8] August
     [9] September
     [10] October
     [11] November
    *[12] December
 } { $year }

mailbox-title = Mails
mailbox-note = A mailbox for the demo: every mail that Ipse sends is here, whoever it is for.
mailbox-empty = No mails yet.
mailbox-to = To
mailbox-again = Look again
