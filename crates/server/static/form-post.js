// Posts the answer to the site. Without scripts the person presses the button.
(function () {
  "use strict";
  var form = document.getElementById("answer");
  if (form) form.submit();
})();
