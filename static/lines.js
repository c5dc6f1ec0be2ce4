/* Makes the elements of the room page. What people typed only ever becomes text nodes. */
(function (window) {
  'use strict';

  var document = window.document;
  var ADDRESS = /https?:\/\/[^\s<>"'\u3000-\u303f\uff00-\uffef]+/g;
  var TINTS = 8;

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) { made.className = className; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  // The same name has the same colour for everybody, whatever occupant carries it today.
  function tint(nickname) {
    var sum = 7, i;
    for (i = 0; i < nickname.length; i += 1) { sum = (sum * 31 + nickname.charCodeAt(i)) % 65521; }
    return 'tint-' + (sum % TINTS);
  }

  function link(address) {
    var made = element('a', '', address);
    made.href = address;
    made.target = '_blank';
    made.rel = 'noopener noreferrer nofollow';
    return made;
  }

  function body(text) {
    var made = element('bdi', 'text'), from = 0, found, address;
    ADDRESS.lastIndex = 0;
    while ((found = ADDRESS.exec(text))) {
      address = found[0].replace(/[.,:;!?)\]]+$/, '');
      made.appendChild(document.createTextNode(text.slice(from, found.index)));
      made.appendChild(link(address));
      from = found.index + address.length;
    }
    made.appendChild(document.createTextNode(text.slice(from)));
    return made;
  }

  function time(timestamp) {
    var when = new Date(timestamp), made;
    made = element('time', '', when.toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'}));
    made.setAttribute('datetime', timestamp);
    made.title = when.toLocaleString();
    return made;
  }

  function nickname(name) { return element('bdi', 'nick ' + tint(name), name); }

  /* A message of the room, of any type. */
  function message(said) {
    var kind = said.type.split(':')[0], made = element('li', 'line ' + kind);
    made.setAttribute('data-id', said.id);
    made.appendChild(time(said.timestamp));
    if (kind !== 'system') {
      made.appendChild(nickname(said.nickname || ''));
      if (kind === 'private') { made.appendChild(element('span', 'mark', 'private')); }
    }
    made.appendChild(body(said.text || ''));
    return made;
  }

  /* A dividing line with the day that begins below it. */
  function day(timestamp) {
    return element('li', 'day', new Date(timestamp).toLocaleDateString([], {
      weekday: 'long', year: 'numeric', month: 'long', day: 'numeric'
    }));
  }

  /* A message on its way; returns {element, fail(reason, takeBack)}. */
  function pending(text) {
    var made = element('li', 'line pending');
    made.appendChild(body(text));
    made.appendChild(element('span', 'state', 'sending'));
    return {
      element: made,
      fail: function (reason, takeBack) {
        var button = element('button', 'quiet', 'Edit');
        button.type = 'button';
        button.addEventListener('click', takeBack);
        made.className = 'line failed';
        made.querySelector('.state').textContent = 'not sent: ' + reason;
        made.appendChild(button);
      }
    };
  }

  /* Somebody in the roster. */
  function occupant(who, isSelf) {
    var made = element('li');
    made.appendChild(nickname(who.nickname));
    if (isSelf) { made.appendChild(element('span', 'mark', 'you')); }
    if (who.client_type === 'automaton') { made.appendChild(element('span', 'mark', 'bot')); }
    return made;
  }

  window.Lines = {message: message, day: day, pending: pending, occupant: occupant};
}(window));
