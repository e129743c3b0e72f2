# The text message with the six digits. It says what they are for, and that nobody will ask for them: fraudsters do.
secret-message = { $secret } are your six digits to { $purpose }. Type them only in the Ipse app that you opened yourself, within 5 minutes. Give them to nobody, not to a caller either: nobody from Ipse, your bank or { $operator } will ask for them.
purpose-bind-sim = connect your SIM to Ipse
purpose-new-device = add a new phone to your Ipse
purpose-code-change = change the code of your Ipse
purpose-sign = sign with Ipse
notice-new-phone = Your Ipse is now on another phone. Was that not you? Open Ipse on your old phone and choose “This was not me”, or go to your bank. Neither Ipse nor your bank nor { $operator } will ask you for a code about this.

# The simulated handset of the demo.
handset-note = Simulated handset
messages = Messages
no-messages = No messages yet.
look-again = Look again
another-number = Another number
which-phone = Which phone?
phone-number = Phone number
show-messages = Show messages
phones = Phones of this operator
number-not-digits = A phone number has digits only, for example +32 470 00 00 01.
number-too-short = Digits are missing: a Belgian mobile number has ten digits, 0470 00 00 01.
number-too-long = There are too many digits: a Belgian mobile number has ten digits, 0470 00 00 01.
number-foreign = Only Belgian numbers work for now.
number-landline = This is a landline. Give the number of a mobile phone.
number-premium = This is a service number. Give the number of a mobile phone.
