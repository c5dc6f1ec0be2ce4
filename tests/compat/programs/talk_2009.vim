" Says one thing in a room, and writes what is said there to a file, until somebody says "!quit".
" All parameters go into the address, and a POST has an empty body.
"
" g:lingr has url, user, password, room, text and file.
scriptencoding utf-8
set encoding=utf-8 nomore

function! s:escape(text) abort
  let escaped = ''
  for place in range(strlen(a:text))
    let byte = a:text[place]
    let escaped .= byte =~# '[A-Za-z0-9_.~-]' ? byte : printf('%%%02X', char2nr(byte))
  endfor
  return escaped
endfunction

function! s:note(fields) abort
  call writefile([join(a:fields, "\t")], g:lingr.file, 'a')
endfunction

function! s:call(verb, method, params) abort
  let parts = map(items(a:params), {_, one -> one[0] . '=' . s:escape(one[1])})
  let address = g:lingr.url . '/api/' . a:method . '?' . join(parts, '&')
  let body = a:verb ==# 'POST' ? "-X POST -d '' " : ''
  let told = json_decode(system('curl -s --max-time 100 ' . body . shellescape(address)))
  if told.status !=# 'ok'
    throw 'lingr: ' . told.code . ': ' . told.detail
  endif
  return told
endfunction

function! s:tell(message) abort
  call s:note(['HEARD', a:message.room, a:message.id, a:message.nickname, a:message.text])
endfunction

function! s:run() abort
  let who = {'user': g:lingr.user, 'password': g:lingr.password, 'app_key': ''}
  let session = {'session': s:call('POST', 'session/create', who).session}
  let mine = s:call('POST', 'user/get_rooms', session).rooms
  call s:note(['ROOMS'] + mine)
  let room = s:call('POST', 'room/show', extend({'rooms': g:lingr.room}, session)).rooms[0]
  for message in room.messages
    call s:note(['BEFORE', message.id, message.text])
  endfor
  let roster = map(copy(room.roster.members), {_, one -> one.username . (one.is_online ? '+' : '-')})
  call s:note(['ROSTER'] + roster + map(copy(room.roster.bots), {_, one -> one.name}))
  let older = s:call('POST', 'room/get_archives',
        \ extend({'room': g:lingr.room, 'before': room.messages[0].id, 'limit': '100'}, session)).messages
  call s:note(['OLDER', len(older)])
  let counter = s:call('POST', 'room/subscribe', extend({'rooms': g:lingr.room}, session)).counter
  let saying = extend({'room': g:lingr.room, 'text': g:lingr.text, 'local_id': 'x'}, session)
  let said = s:call('POST', 'room/say', saying).message
  call s:note(['SAID', said.room, said.id, said.text])
  let over = 0
  while !over
    let told = s:call('GET', 'event/observe', extend({'counter': string(counter)}, session))
    let counter = get(told, 'counter', counter)
    for event in get(told, 'events', [])
      if has_key(event, 'message')
        call s:tell(event.message)
        let over = over || event.message.text ==# '!quit'
      endif
    endfor
  endwhile
  call s:call('POST', 'session/destroy', session)
  call s:note(['LEFT'])
endfunction

try
  call s:run()
catch
  call writefile([v:exception, v:throwpoint], g:lingr.file . '.fault')
  cquit!
endtry
qall!
