/* The room page: joins Lingr.Room, which carries the talk, to the page's elements. */
(function (window) {
  'use strict';

  var document = window.document;
  var Lingr = window.Lingr;
  var Lines = window.Lines;
  var MOST_LINES = 1000;
  var STATUS = {
    connecting: 'Connecting', online: 'Connected', reconnecting: 'Connection lost, trying again',
    stopped: 'Outside', refused: 'Outside'
  };
  var PASSWORD_WRONG = 116;
  var PASSWORD_REQUIRED = 117;

  var options = JSON.parse(by('room-options').textContent);
  var visit = 'lingr.visit.' + options.roomId;
  var title = document.title;
  var lastDay = '';
  var missed = 0;
  var chat;

  function by(id) { return document.getElementById(id); }

  // A browser may forbid storage; the page then merely forgets.
  function stored(storage, key) {
    try { return window[storage].getItem(key); } catch (refused) { return null; }
  }

  function store(storage, key, value) {
    try {
      if (value === null) { window[storage].removeItem(key); } else { window[storage].setItem(key, value); }
    } catch (refused) { /* as above */ }
  }

  // A reloaded page takes its session up again and stays the same occupant. It is put aside only when
  // the page goes, so that a duplicated tab does not find it: two pages on one ticket end each other's polls.
  function takeVisit() {
    var kept = JSON.parse(stored('sessionStorage', visit) || '{}');
    store('sessionStorage', visit, null);
    return kept;
  }

  function keepVisit() {
    if (chat.status === 'online' || chat.status === 'reconnecting') {
      store('sessionStorage', visit, JSON.stringify({
        session: chat.session, nickname: chat.nickname, password: chat.password
      }));
    }
  }

  function isAtEnd(log) { return log.scrollHeight - log.scrollTop - log.clientHeight < 40; }

  function toEnd() {
    var log = by('log');
    log.scrollTop = log.scrollHeight;
    by('newest').hidden = true;
  }

  function showMessage(message) {
    var log = by('log'), follow = isAtEnd(log), day = new Date(message.timestamp).toDateString();
    if (day !== lastDay) {
      if (lastDay || day !== new Date().toDateString()) { log.appendChild(Lines.day(message.timestamp)); }
      lastDay = day;
    }
    log.appendChild(Lines.message(message));
    while (log.children.length > MOST_LINES) { log.removeChild(log.firstChild); }
    if (follow) { toEnd(); } else { by('newest').hidden = false; }
    if (document.hidden && message.type !== 'system:enter' && message.type !== 'system:leave') {
      missed += 1;
      document.title = '(' + missed + ') ' + title;
    }
  }

  function showOccupants(occupants) {
    var roster = by('roster'), named = [], watching, i;
    for (i = 0; i < occupants.length; i += 1) {
      if (occupants[i].nickname) { named.push(occupants[i]); }
    }
    watching = occupants.length - named.length;
    named.sort(function (one, other) { return one.nickname.localeCompare(other.nickname); });
    roster.textContent = '';
    for (i = 0; i < named.length; i += 1) {
      roster.appendChild(Lines.occupant(named[i], named[i].id === chat.occupantId));
    }
    by('watching').textContent = watching ? watching + ' watching' : '';
    by('roster-title').textContent = 'Here now: ' + named.length;
    showOwnName();
  }

  function showOwnName() {
    var renaming = by('nickname-form').getAttribute('data-renaming') === 'yes';
    by('own-name').textContent = chat.nickname || '';
    by('say-form').hidden = !chat.nickname;
    by('nickname-form').hidden = Boolean(chat.nickname) && !renaming;
    by('nickname-button').textContent = chat.nickname ? 'Rename' : 'Join';
  }

  function rename(open) {
    by('nickname-form').setAttribute('data-renaming', open ? 'yes' : 'no');
    showOwnName();
    by(open ? 'nickname' : 'say').focus();
  }

  function showStatus(status) {
    var inside = status !== 'stopped' && status !== 'refused';
    by('status').textContent = STATUS[status];
    by('status').setAttribute('data-status', status);
    by('leave').hidden = !inside;
    by('room').classList.toggle('away', !inside);
    by('room').inert = !inside;
    if (status === 'online') {
      by('password-form').hidden = true;
      by('closed').hidden = true;
    }
    if (status === 'stopped') { close('You have left the room.'); }
  }

  function close(text) {
    by('closed').hidden = false;
    by('closed-text').textContent = text;
  }

  function showRefusal(error) {
    if (error.code !== PASSWORD_WRONG && error.code !== PASSWORD_REQUIRED) {
      close('The room cannot be entered: ' + error.message + '.');
      return;
    }
    by('password-form').hidden = false;
    by('password-error').textContent = error.code === PASSWORD_WRONG ? 'That is not the password.' : '';
    by('password').value = '';
    by('password').focus();
  }

  function say(text) {
    var line = Lines.pending(text);
    by('outbox').appendChild(line.element);
    toEnd();
    chat.say(text, function (error) {
      if (!error) {
        by('outbox').removeChild(line.element);
        return;
      }
      line.fail(error.message, function () {
        by('outbox').removeChild(line.element);
        by('say').value = text;
        by('say').focus();
      });
    });
  }

  function takeNickname(nickname) {
    chat.setNickname(nickname, function (error) {
      by('problem').textContent = error ? 'That nickname was not accepted: ' + error.message + '.' : '';
      if (!error) {
        store('localStorage', 'lingr.nickname', nickname);
        rename(false);
      }
    });
  }

  function onSubmit(id, act) {
    by(id).addEventListener('submit', function (event) {
      event.preventDefault();
      act();
    });
  }

  function listen() {
    onSubmit('nickname-form', function () {
      var nickname = by('nickname').value.trim();
      if (nickname) { takeNickname(nickname); }
    });
    onSubmit('say-form', function () {
      var text = by('say').value;
      if (text.trim()) {
        by('say').value = '';
        say(text);
      }
    });
    onSubmit('password-form', function () { chat.start(by('password').value); });
    by('say').addEventListener('keydown', function (event) {
      // While an input method composes, Enter chooses a word (229: the same, in older browsers).
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        by('say-form').querySelector('.row button').click();
      }
    });
    by('nickname').addEventListener('keydown', function (event) {
      if (event.key === 'Escape' && chat.nickname) { rename(false); }
    });
    by('rename').addEventListener('click', function () {
      by('nickname').value = chat.nickname;
      rename(true);
    });
    by('leave').addEventListener('click', function () { chat.stop(); });
    by('return').addEventListener('click', function () {
      by('closed').hidden = true;
      chat.start();
    });
    by('newest').addEventListener('click', toEnd);
    by('log').addEventListener('scroll', function () {
      if (isAtEnd(by('log'))) { by('newest').hidden = true; }
    });
    document.addEventListener('visibilitychange', function () {
      if (!document.hidden) {
        missed = 0;
        document.title = title;
      }
    });
    window.addEventListener('pagehide', keepVisit);
    window.addEventListener('pageshow', function (event) {
      if (event.persisted) { takeVisit(); }
    });
    window.addEventListener('beforeunload', function (event) {
      if (chat.unsent()) { event.preventDefault(); }
    });
  }

  var kept = takeVisit();
  options.session = kept.session;
  options.nickname = kept.nickname;
  options.password = kept.password;
  options.onMessage = showMessage;
  options.onOccupants = showOccupants;
  options.onStatus = showStatus;
  options.onError = showRefusal;
  chat = new Lingr.Room(options);
  by('nickname').value = stored('localStorage', 'lingr.nickname') || '';
  listen();
  showOwnName();
  chat.start();
}(window));
