/* Gives every block of class "copyable" a button that copies its text. */
(function () {
  'use strict';

  function copy(pre, done) {
    var range = document.createRange();
    range.selectNodeContents(pre);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
    // The clipboard object exists on secure origins only; the selection stays as the way out.
    if (navigator.clipboard) {
      navigator.clipboard.writeText(pre.textContent).then(done, function () {});
    } else if (document.execCommand('copy')) {
      done();
    }
  }

  Array.prototype.forEach.call(document.querySelectorAll('.copyable'), function (block) {
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = 'Copy';
    button.addEventListener('click', function () {
      copy(block.querySelector('pre'), function () {
        button.textContent = 'Copied';
        window.setTimeout(function () { button.textContent = 'Copy'; }, 2000);
      });
    });
    block.appendChild(button);
  });
}());
