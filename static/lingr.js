/*
 * Lingr.Room puts a chat room on a page, from any origin, by script tags alone.
 *
 *     var chat = new Lingr.Room({base: 'https://chat.example', apiKey: '...', roomId: 'lobby',
 *                                nickname: 'Aoi', onMessage: function (message) { ... }});
 *     chat.start();
 *     chat.say('hello', function (error, message) { ... });
 *
 * Options, events and errors are described in docs/embedding.md. The file is plain ASCII and ES5, so that
 * it runs unchanged in pages of any age and any encoding.
 */
(function (window) {
  'use strict';

  var Lingr = window.Lingr = window.Lingr || {};
  if (Lingr.Room) { return; }

  var CALL_SECONDS = 15;
  var OBSERVE_GRACE_SECONDS = 15;
  var QUICK_SECONDS = 1;
  var STEADY_SECONDS = 5;
  var FIRST_DELAY = 0.5;
  var LONGEST_DELAY = 15;
  var LOAD_SECONDS = 2;
  var MOST_CHARACTERS = 1000;
  var MOST_TRIES = 8;

  var NO_ANSWER = 0;
  var INVALID_SESSION = 102;
  var INVALID_TICKET = 109;
  var RATE_LIMITED = 112;
  var REPEATED_COUNTER = 122;
  var TOO_LONG = 998;
  var UNAVAILABLE = 999;

  var document = window.document;
  // Counting from the clock, not from one, keeps URLs of a reloaded page out of the browser's cache.
  var serial = new Date().getTime() % 100000000;

  function ignore() {}

  function seconds() { return new Date().getTime() / 1000; }

  function failure(code, message) { return {code: code, message: message}; }

  function passing(code) { return code === NO_ANSWER || code === RATE_LIMITED || code === UNAVAILABLE; }

  function randomId() {
    var id = '';
    while (id.length < 20) { id += Math.random().toString(36).slice(2); }
    return id.slice(0, 20);
  }

  function delay(failures) {
    var most = Math.min(LONGEST_DELAY, FIRST_DELAY * Math.pow(2, failures));
    return most * (0.5 + Math.random() / 2);
  }

  // Half a surrogate pair cannot be written in a URL: encodeURIComponent throws.
  function wellFormed(text) {
    return text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, function (found) {
      return found.length === 2 ? found : '\uFFFD';
    });
  }

  function characters(text) {
    return text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, 'x').length;
  }

  function query(params) {
    var pairs = [], name;
    for (name in params) {
      if (Object.prototype.hasOwnProperty.call(params, name) && params[name] !== null && params[name] !== undefined) {
        pairs.push(name + '=' + encodeURIComponent(wellFormed(String(params[name]))));
      }
    }
    return pairs.join('&');
  }

  // A fault in the page's own function must not stop the room; it is thrown where the console shows it.
  function notify(listener, first, second) {
    if (typeof listener !== 'function') { return; }
    try {
      listener(first, second);
    } catch (fault) {
      window.setTimeout(function () { throw fault; }, 0);
    }
  }

  /*
   * One call of the API. done(error, answer) is called once, unless the returned function, which
   * abandons the call, is called before. A call without an answer fails with code 0.
   */
  function call(base, method, params, patience, done) {
    var name = 'callback' + (serial += 1);
    var script = document.createElement('script');
    var waiting = true;
    var watchdog;

    function abandon() {
      waiting = false;
      window.clearTimeout(watchdog);
      // The answer may still be on its way, and then needs something to call.
      Lingr[name] = ignore;
    }

    function settle(error, answer) {
      if (waiting) {
        abandon();
        done(error, answer);
      }
    }

    function finished() {
      script.onload = script.onerror = null;
      if (script.parentNode) { script.parentNode.removeChild(script); }
      settle(failure(NO_ANSWER, 'no answer'));
      delete Lingr[name];
    }

    Lingr[name] = function (answer) {
      var error = answer && answer.error;
      if (answer && answer.status === 'ok') {
        settle(null, answer);
      } else {
        settle(failure(Number(error && error.code) || UNAVAILABLE, String((error && error.message) || 'failed')));
      }
    };
    watchdog = window.setTimeout(function () { settle(failure(NO_ANSWER, 'no answer in time')); }, patience * 1000);
    script.onload = script.onerror = finished;
    script.async = true;
    script.charset = 'utf-8';
    script.src = base + '/api/' + method + '?' + query(params) + '&format=json&callback=Lingr.' + name;
    (document.head || document.getElementsByTagName('head')[0] || document.documentElement).appendChild(script);
    return abandon;
  }

  function Room(options) {
    this.base = String(options.base || '').replace(/\/+$/, '');
    this.apiKey = options.apiKey;
    this.roomId = options.roomId;
    this.nickname = options.nickname || null;
    this.password = options.password || null;
    this.session = options.session || null;
    this.contextLines = Math.min(Number(options.contextLines) || 0, 50);
    this.listeners = {
      message: options.onMessage, occupants: options.onOccupants, status: options.onStatus,
      error: options.onError, enter: options.onEnter
    };
    this.status = 'stopped';
    this.room = null;
    this.occupantId = null;
    this.occupants = [];
    this._ticket = null;
    this._hold = 60;
    this._pollBegan = 0;
    this._cursor = null;
    this._seen = 0;
    this._wantsContext = this.contextLines > 0;
    this._failures = 0;
    this._refusals = 0;
    this._idle = 0;
    this._repeats = 0;
    this._outbox = [];
    this._dropMain = ignore;
    this._dropSending = null;
    this._hurry = null;
  }

  Lingr.Room = Room;

  /* Enter the room and stay in it, whatever happens, until stop() or a refusal. */
  Room.prototype.start = function (password) {
    var self = this;
    if (password !== undefined) { this.password = password; }
    if (this._running()) { return; }
    if (!this._wake) {
      this._wake = function () { window.setTimeout(function () { if (self._hurry) { self._hurry(); } }, 0); };
      window.addEventListener('online', this._wake);
      window.addEventListener('load', this._wake);
    }
    this._calm();
    this._setStatus('connecting');
    this._connect();
  };

  /* Leave the room. What was not said yet is given back to its callback as an error. */
  Room.prototype.stop = function () {
    var unsent = this._outbox, i;
    if (this._ticket) {
      call(this.base, 'room/exit', {session: this.session, ticket: this._ticket}, CALL_SECONDS, ignore);
    }
    this._halt('stopped');
    this._outbox = [];
    for (i = 0; i < unsent.length; i += 1) { notify(unsent[i].done, failure(NO_ANSWER, 'left the room')); }
  };

  /* Say something to the room; done(error, message) is told what became of it. */
  Room.prototype.say = function (text, done) { this._queueMessage({message: text}, done); };

  /* Say something to one occupant alone. */
  Room.prototype.sayTo = function (occupantId, text, done) {
    this._queueMessage({occupant_id: occupantId, message: text}, done);
  };

  /* Take a nickname, or another one. Things said before keep the old one. */
  Room.prototype.setNickname = function (nickname, done) {
    var self = this;
    this._queue('room/set_nickname', {nickname: nickname}, function (error) {
      if (!error) { self.nickname = nickname; }
      notify(done, error);
    });
  };

  /* How many messages and changes of nickname still wait to be sent or answered. */
  Room.prototype.unsent = function () { return this._outbox.length; };

  Room.prototype._running = function () { return this.status !== 'stopped' && this.status !== 'refused'; };

  Room.prototype._setStatus = function (status) {
    if (status !== this.status) {
      this.status = status;
      notify(this.listeners.status, status);
    }
  };

  Room.prototype._halt = function (status) {
    this._dropMain();
    this._dropMain = ignore;
    this._hurry = null;
    if (this._dropSending) { this._dropSending(); }
    this._dropSending = null;
    this._ticket = null;
    if (this._wake) {
      window.removeEventListener('online', this._wake);
      window.removeEventListener('load', this._wake);
    }
    this._wake = null;
    this._setStatus(status);
  };

  // The main line: one call or one pause at a time, session -> ticket -> context -> observe for ever.

  Room.prototype._ask = function (method, params, then, refusable, patience) {
    var self = this;
    this._dropMain();
    this._dropMain = call(this.base, method, params, patience || CALL_SECONDS, function (error, answer) {
      if (!error) {
        then(answer);
      } else if (refusable && !passing(error.code) && error.code !== INVALID_SESSION) {
        self._refused(error, method);
      } else {
        self._lost(error);
      }
    });
  };

  Room.prototype._pause = function (length, then) {
    var self = this;
    this._dropMain();
    function resume() {
      window.clearTimeout(timer);
      self._hurry = null;
      then();
    }
    var timer = window.setTimeout(resume, length * 1000);
    this._hurry = resume;
    this._dropMain = function () { window.clearTimeout(timer); self._hurry = null; };
  };

  Room.prototype._refused = function (error, method) {
    this._halt('refused');
    notify(this.listeners.error, error, method);
  };

  // Whatever went wrong, the way back is the same: see that the session lives, then go on where we were.
  Room.prototype._lost = function (error) {
    var self = this, pause;
    if (this.status === 'online' && seconds() - this._pollBegan > STEADY_SECONDS) { this._calm(); }
    if (error.code === INVALID_SESSION) { this.session = null; }
    if (error.code === REPEATED_COUNTER) {
      this._stepAside();
    } else if (!passing(error.code)) {
      this._ticket = null;
    }
    this._setStatus(this.room ? 'reconnecting' : 'connecting');
    if (passing(error.code)) {
      pause = delay(this._failures);
      this._failures += 1;
    } else {
      // A place that ran out is taken again at once, however long the server was away before.
      pause = this._refusals ? delay(this._refusals) : 0;
      this._refusals += 1;
    }
    this._pause(pause, function () { self._connect(); });
  };

  Room.prototype._calm = function () {
    this._failures = 0;
    this._refusals = 0;
  };

  // Too many answers to the same counter got lost. From one counter earlier the server tells the same
  // once more; only when that does not help either, what lies between is given up.
  Room.prototype._stepAside = function () {
    this._repeats += 1;
    if (this._repeats === 1 && this._cursor > 0) {
      this._cursor -= 1;
    } else {
      this._cursor = null;
      this._ticket = null;
    }
  };

  Room.prototype._connect = function () {
    var self = this;
    if (this.session) {
      this._ask('session/verify', {session: this.session}, function () { self._proceed(); });
    } else {
      this._ticket = null;
      this._ask('session/create', {api_key: this.apiKey, client_type: 'human'}, function (answer) {
        self.session = answer.session;
        self._proceed();
      }, true);
    }
  };

  Room.prototype._proceed = function () {
    if (!this._ticket) {
      this._enter();
    } else if (this._wantsContext) {
      this._fetchContext();
    } else {
      this._setStatus('online');
      this._observe();
      this._send();
    }
  };

  Room.prototype._enter = function () {
    var self = this;
    this._ask('room/enter', {
      session: this.session, id: this.roomId, idempotent: 'true', nickname: this.nickname, password: this.password
    }, function (answer) {
      var counter = Number(answer.room.counter);
      self.room = answer.room;
      self._ticket = answer.ticket;
      self.occupantId = answer.occupant_id;
      self._hold = Number(answer.max_observe_time) || 60;
      if (self._cursor === null || counter < self._cursor) {
        self._cursor = counter;
        self._seen = self._wantsContext ? 0 : counter;
      }
      notify(self.listeners.enter, answer.room);
      self._meet(answer.occupants);
      // A listener may have stopped the room.
      if (self._running()) { self._proceed(); }
    }, true);
  };

  Room.prototype._fetchContext = function () {
    var self = this;
    function fetched(error, answer) {
      if (error && error.code === RATE_LIMITED) {
        // The same lines can be had by observing from some way back.
        self._cursor = Math.max(0, self._cursor - self.contextLines);
        self._seen = self._cursor;
      } else if (error) {
        self._lost(error);
        return;
      } else {
        self._read(answer);
      }
      self._wantsContext = false;
      if (self._running()) { self._proceed(); }
    }
    this._dropMain();
    this._dropMain = call(this.base, 'room/get_messages', {
      session: this.session, ticket: this._ticket, counter: -this.contextLines, user_messages_only: 'true'
    }, CALL_SECONDS, fetched);
  };

  // A script asked for before the page's load event holds that event back, and a poll would for ever.
  Room.prototype._observe = function () {
    var self = this;
    if (document.readyState === 'complete') {
      this._poll();
    } else {
      this._pause(LOAD_SECONDS, function () { self._poll(); });
    }
  };

  Room.prototype._poll = function () {
    var self = this, began = seconds(), from = this._cursor;
    this._pollBegan = began;
    this._ask('room/observe', {session: this.session, ticket: this._ticket, counter: from}, function (answer) {
      var quick = seconds() - began < QUICK_SECONDS;
      self._calm();
      self._read(answer);
      if (!self._running()) { return; }
      self._idle = quick && self._cursor === from ? self._idle + 1 : 0;
      // One such answer is a server saying good-bye; more of them, asked for at once, would be a storm.
      if (self._idle > 1) {
        self._pause(delay(Math.min(self._idle - 2, 2)), function () { self._observe(); });
      } else {
        self._observe();
      }
    }, false, this._hold + OBSERVE_GRACE_SECONDS);
  };

  Room.prototype._read = function (answer) {
    var messages = answer.messages || [], counter = Number(answer.counter), i, id;
    for (i = 0; i < messages.length && this._running(); i += 1) {
      id = Number(messages[i].id);
      // Context may already hold a message that its counter does not cover; the first poll brings it again.
      if (id > this._seen && !(id > counter)) {
        this._seen = id;
        notify(this.listeners.message, messages[i]);
      }
    }
    if (answer.counter !== undefined && counter >= 0) {
      if (counter > this._cursor) { this._repeats = 0; }
      this._cursor = counter;
      this._seen = Math.max(this._seen, counter);
    } else if (messages.length) {
      this._cursor = this._seen;
    }
    if (answer.occupants && this._running()) { this._meet(answer.occupants); }
  };

  Room.prototype._meet = function (occupants) {
    var i;
    this.occupants = occupants || [];
    for (i = 0; i < this.occupants.length; i += 1) {
      if (this.occupants[i].id === this.occupantId && this.occupants[i].nickname) {
        this.nickname = this.occupants[i].nickname;
      }
    }
    notify(this.listeners.occupants, this.occupants);
  };

  // The outbox: what the page wants done, in order, one at a time, each until it has an answer.

  Room.prototype._queueMessage = function (params, done) {
    params.message = String(params.message);
    if (characters(params.message) > MOST_CHARACTERS) {
      // The server would refuse it too, if the long URL reached it at all.
      notify(done, failure(TOO_LONG, 'message too long: at most ' + MOST_CHARACTERS + ' characters'));
      return;
    }
    // A repeated request id is answered with the first result, so that sending again cannot say it twice.
    params.request_id = randomId();
    this._queue('room/say', params, done);
  };

  Room.prototype._queue = function (method, params, done) {
    this._outbox.push({method: method, params: params, done: done, tries: 0});
    this._send();
  };

  Room.prototype._send = function () {
    var self = this, ticket = this._ticket, job = this._outbox[0];
    if (!job || this._dropSending || this.status !== 'online') { return; }
    job.params.session = this.session;
    job.params.ticket = ticket;
    this._dropSending = call(this.base, job.method, job.params, CALL_SECONDS, function (error, answer) {
      self._dropSending = null;
      self._sent(job, ticket, error, answer);
    });
  };

  Room.prototype._sent = function (job, ticket, error, answer) {
    var self = this;
    var code = error ? error.code : null;
    if (code === UNAVAILABLE || code === RATE_LIMITED) {
      job.waits = (job.waits || 0) + 1;
      var timer = window.setTimeout(function () {
        self._dropSending = null;
        self._send();
      }, delay(job.waits - 1) * 1000);
      this._dropSending = function () { window.clearTimeout(timer); };
      return;
    }
    if (code === INVALID_SESSION || code === INVALID_TICKET || (code === NO_ANSWER && job.tries < MOST_TRIES)) {
      if (code === NO_ANSWER) { job.tries += 1; }
      if (ticket !== this._ticket || this.status !== 'online') {
        this._send();
      } else {
        this._lost(error);
      }
      return;
    }
    this._outbox.shift();
    notify(job.done, error, answer && answer.message);
    this._send();
  };
}(window));
