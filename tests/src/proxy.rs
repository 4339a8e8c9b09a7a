//! A TCP proxy in front of a server, for faults of the network: connections that break at a chosen point,
//! answers that come late or never, a port that nobody listens on.
//!
//! It looks at bytes, not at the protocol. A text to break at ([`Fault::CutAt`]) is looked for in the bytes of
//! each connection on its own, also across the limits of packets.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{Builder, sleep},
    time::{Duration, Instant},
};

/// How often threads look whether something has changed.
const TICK: Duration = Duration::from_millis(2);

/// Where bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the program to the server: queries, values that are written.
    ToServer,
    /// From the server to the program: answers, values that are read.
    ToClient,
}

/// What happens to connections from now on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nothing: everything is forwarded.
    #[default]
    None,
    /// Every piece is held back for so long.
    Delay(Duration),
    /// Connections are accepted, and nothing is forwarded any more in either direction.
    Stall,
    /// Nobody listens; connections that are there go on.
    Refuse,
    /// All connections break when so many bytes have gone in this direction, over all connections, since the
    /// fault was set; then nobody listens.
    CutAfter(Direction, u64),
    /// All connections break when this text goes to the server; then nobody listens.
    CutAt {
        /// The text, in upper or lower case.
        text: String,
        /// So many occurrences are let through before it.
        after: usize,
        /// True if the server still gets the text, and only its answer is lost.
        delivered: bool,
    },
}

#[derive(Debug, Default)]
struct State {
    fault: Fault,
    /// Bytes since the fault was set, to the server and to the client.
    forwarded: [u64; 2],
    occurrences: usize,
    /// True once the fault has broken the connections.
    cut: bool,
    /// True if connections are accepted: what the listening thread has made of the fault.
    listens: bool,
    ended: bool,
    connections: Vec<Arc<Connection>>,
}

/// A connection of a client, and that to the server which stands behind it.
#[derive(Debug)]
struct Connection {
    client: TcpStream,
    server: TcpStream,
    ended: AtomicBool,
}

impl Connection {
    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        // Who has gone already cannot be cut off.
        self.client.shutdown(Shutdown::Both).ok();
        self.server.shutdown(Shutdown::Both).ok();
    }
}

type Shared = Arc<Mutex<State>>;

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn refuses(&self) -> bool {
        self.cut || self.fault == Fault::Refuse
    }

    fn cut_all(&mut self) {
        for connection in self.connections.drain(..) {
            connection.end();
        }
    }

    /// Nothing goes through the connections that are there any more; they are still to be ended.
    fn silence_all(&mut self) -> Vec<Arc<Connection>> {
        self.cut = true;
        let connections: Vec<_> = self.connections.drain(..).collect();
        for connection in &connections {
            connection.ended.store(true, Ordering::Relaxed);
        }
        connections
    }
}

/// A port of its own on 127.0.0.1 in front of a server's; gone when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Shared,
}

impl Proxy {
    /// A proxy in front of this port on 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    #[must_use]
    pub fn new(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there are free ports");
        let port = listener.local_addr().expect("a listener has an address").port();
        let shared = Shared::default();
        lock(&shared).listens = true;
        let for_thread = Arc::clone(&shared);
        start("proxy", move || accept(listener, port, server, &for_thread));
        Self { port, shared }
    }

    /// The port to connect to.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Sets what happens from now on, for connections that are there and for new ones.
    ///
    /// # Panics
    ///
    /// If the proxy does not follow.
    pub fn set(&self, fault: Fault) {
        let listens = {
            let mut state = lock(&self.shared);
            (state.fault, state.forwarded, state.occurrences, state.cut) = (fault, [0; 2], 0, false);
            !state.refuses()
        };
        // The next connection must find what was asked for.
        wait_until(Duration::from_secs(10), "the proxy to follow", || lock(&self.shared).listens == listens);
    }

    /// Breaks all connections that are there; new ones are as good as ever.
    pub fn cut_all(&self) {
        lock(&self.shared).cut_all();
    }

    /// True if the fault that was set has broken the connections.
    #[must_use]
    pub fn has_cut(&self) -> bool {
        lock(&self.shared).cut
    }

    /// Connections that are there.
    #[must_use]
    pub fn connections(&self) -> usize {
        lock(&self.shared).connections.len()
    }

    /// Bytes that have gone in this direction since the fault was set.
    #[must_use]
    pub fn forwarded(&self, direction: Direction) -> u64 {
        lock(&self.shared).forwarded[direction as usize]
    }

    /// Waits until so many bytes have gone in this direction since the fault was set.
    ///
    /// # Panics
    ///
    /// If that takes longer than a minute.
    pub fn wait_for(&self, direction: Direction, bytes: u64) {
        let there = || self.forwarded(direction) >= bytes;
        wait_until(Duration::from_secs(60), "bytes to go through the proxy", there);
    }
}

fn wait_until(patience: Duration, what: &str, there: impl Fn() -> bool) {
    let begin = Instant::now();
    while !there() {
        assert!(begin.elapsed() < patience, "waited in vain for {what}");
        sleep(TICK);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = lock(&self.shared);
        state.ended = true;
        state.cut_all();
    }
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) {
    Builder::new().name(name.to_owned()).spawn(work).expect("threads can be started");
}

fn accept(listener: TcpListener, port: u16, server: u16, shared: &Shared) {
    let mut listener = Some(listener);
    loop {
        let refuses = {
            let state = lock(shared);
            if state.ended {
                return;
            }
            state.refuses()
        };
        if refuses {
            listener = None;
        } else if listener.is_none() {
            // Connections that have ended do not keep the port busy for the one who listened there.
            listener = TcpListener::bind(("127.0.0.1", port)).ok();
        }
        lock(shared).listens = listener.is_some();
        let Some(listener) = &listener else {
            sleep(TICK);
            continue;
        };
        listener.set_nonblocking(true).expect("listeners can be asked");
        match listener.accept() {
            Ok((client, _)) => {
                client.set_nonblocking(false).expect("connections can be waited for");
                // Without a server the client sees its connection closed.
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    connect(client, server, shared);
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(TICK),
            Err(error) => panic!("the proxy cannot listen: {error}"),
        }
    }
}

fn connect(client: TcpStream, server: TcpStream, shared: &Shared) {
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("connections can be set up");
    }
    let connection = Arc::new(Connection { client, server, ended: AtomicBool::new(false) });
    lock(shared).connections.push(Arc::clone(&connection));
    for direction in [Direction::ToServer, Direction::ToClient] {
        let (connection, shared) = (Arc::clone(&connection), Arc::clone(shared));
        start("proxy pump", move || {
            pump(direction, &connection, &shared);
            // One end has gone: so does the other, and nobody keeps the connection.
            connection.end();
            lock(&shared).connections.retain(|other| !Arc::ptr_eq(other, &connection));
        });
    }
}

/// What is to be done with a piece.
enum Verdict {
    Forward,
    Delay(Duration),
    /// Until something else is asked for.
    Wait,
    /// So many bytes of it are forwarded, then these connections break.
    Cut(usize, Vec<Arc<Connection>>),
}

fn pump(direction: Direction, connection: &Connection, shared: &Shared) {
    let (mut from, mut to) = match direction {
        Direction::ToServer => (&connection.client, &connection.server),
        Direction::ToClient => (&connection.server, &connection.client),
    };
    let mut buffer = vec![0; 32 * 1024];
    // The end of what went before, for texts across two pieces.
    let mut before: Vec<u8> = Vec::new();
    loop {
        let Ok(length @ 1..) = from.read(&mut buffer) else { return };
        let piece = &buffer[..length];
        loop {
            if connection.ended.load(Ordering::Relaxed) {
                return;
            }
            let verdict = judge(&mut lock(shared), direction, &before, piece);
            match verdict {
                Verdict::Forward => break,
                Verdict::Delay(delay) => {
                    sleep(delay);
                    break;
                }
                Verdict::Wait => sleep(TICK),
                Verdict::Cut(allowed, connections) => {
                    if to.write_all(&piece[..allowed]).is_ok() && allowed > 0 {
                        // Whoever gets these bytes shall act on them before the end comes.
                        sleep(Duration::from_millis(200));
                    }
                    connections.iter().for_each(|connection| connection.end());
                    return;
                }
            }
        }
        if to.write_all(piece).is_err() {
            return;
        }
        before.extend_from_slice(piece);
        let surplus = before.len().saturating_sub(256);
        before.drain(..surplus);
    }
}

fn judge(state: &mut State, direction: Direction, before: &[u8], piece: &[u8]) -> Verdict {
    let counter = direction as usize;
    match &state.fault {
        Fault::Stall => return Verdict::Wait,
        Fault::CutAfter(wanted, limit) if *wanted == direction => {
            let left = limit.saturating_sub(state.forwarded[counter]);
            if piece.len() as u64 >= left {
                state.forwarded[counter] = *limit;
                let allowed = usize::try_from(left).unwrap_or(piece.len());
                return Verdict::Cut(allowed, state.silence_all());
            }
        }
        Fault::CutAt { text, after, delivered } if direction == Direction::ToServer => {
            let tail = &before[before.len().saturating_sub(text.len() - 1)..];
            let whole = [tail, piece].concat();
            let is_text = |window: &&[u8]| window.eq_ignore_ascii_case(text.as_bytes());
            let found = whole.windows(text.len()).filter(is_text).count();
            state.occurrences += found;
            if found > 0 && state.occurrences > *after {
                let allowed = if *delivered { piece.len() } else { 0 };
                return Verdict::Cut(allowed, state.silence_all());
            }
        }
        _ => {}
    }
    state.forwarded[counter] += piece.len() as u64;
    match state.fault {
        Fault::Delay(delay) => Verdict::Delay(delay),
        _ => Verdict::Forward,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// A server that sends back what it gets; its port, and how many bytes it has got.
    fn echo() -> (u16, Arc<AtomicUsize>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&received);
        start("echo", move || {
            for connection in listener.incoming() {
                let (mut connection, counter) = (connection.unwrap(), Arc::clone(&counter));
                start("echo", move || {
                    let mut buffer = [0; 64];
                    while let Ok(length @ 1..) = connection.read(&mut buffer) {
                        counter.fetch_add(length, Ordering::SeqCst);
                        connection.write_all(&buffer[..length]).ok();
                    }
                });
            }
        });
        (port, received)
    }

    fn connect_to(proxy: &Proxy) -> TcpStream {
        let connection = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        connection
    }

    /// Fails unless the server gets this many bytes. It may still have to read what the proxy has sent.
    #[track_caller]
    fn assert_received(received: &AtomicUsize, bytes: usize) {
        let there = || received.load(Ordering::SeqCst);
        wait_until(Duration::from_secs(20), "bytes to be received", || there() >= bytes);
        assert_eq!(there(), bytes);
    }

    /// What comes back, up to the end of the connection.
    fn answer(mut connection: &TcpStream, text: &str) -> String {
        connection.write_all(text.as_bytes()).unwrap();
        let mut answer = vec![0; text.len()];
        let mut filled = 0;
        while filled < answer.len() {
            match connection.read(&mut answer[filled..]) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(error) => panic!("{error}"),
            }
        }
        answer.truncate(filled);
        String::from_utf8(answer).unwrap()
    }

    #[test]
    fn forwards() {
        let proxy = Proxy::new(echo().0);
        let (first, second) = (connect_to(&proxy), connect_to(&proxy));
        assert_eq!(answer(&first, "hello"), "hello");
        assert_eq!(answer(&second, "world!"), "world!");
        assert_eq!((proxy.forwarded(Direction::ToServer), proxy.forwarded(Direction::ToClient)), (11, 11));
        proxy.cut_all();
        assert_eq!((&first).read(&mut [0]).unwrap_or(0), 0);
        assert_eq!(answer(&connect_to(&proxy), "again"), "again");
    }

    #[test]
    fn cuts_after_bytes() {
        // The server has got what went before the cut; its answer to that has nowhere to go any more.
        for (direction, got, back) in [(Direction::ToServer, 12, ""), (Direction::ToClient, 20, "wonderf")] {
            let (server, received) = echo();
            let proxy = Proxy::new(server);
            let (first, second) = (connect_to(&proxy), connect_to(&proxy));
            proxy.set(Fault::CutAfter(direction, 12));
            assert_eq!(answer(&first, "hello"), "hello");
            assert_eq!(answer(&second, "wonderful world"), back);
            assert!(proxy.has_cut());
            assert_received(&received, got);
            assert_eq!((&first).read(&mut [0]).unwrap_or(0), 0);
            // Nobody listens until somebody says so.
            wait_until(Duration::from_secs(5), "refusal", || {
                TcpStream::connect(("127.0.0.1", proxy.port())).is_err()
            });
            proxy.set(Fault::None);
            assert_eq!(answer(&connect_to(&proxy), "again"), "again");
        }
    }

    #[test]
    fn cuts_at_a_text() {
        for (delivered, got) in [(false, "COMMIT 1x com"), (true, "COMMIT 1x commit y")] {
            let (server, received) = echo();
            let proxy = Proxy::new(server);
            let connection = connect_to(&proxy);
            proxy.set(Fault::CutAt { text: "COMMIT".to_owned(), after: 1, delivered });
            assert_eq!(answer(&connection, "COMMIT 1"), "COMMIT 1");
            assert_eq!(answer(&connection, "x com"), "x com");
            assert_eq!(answer(&connection, "mit y"), "");
            assert!(proxy.has_cut());
            assert_received(&received, got.len());
        }
    }

    #[test]
    fn refuses_stalls_and_delays() {
        let proxy = Proxy::new(echo().0);
        let connection = connect_to(&proxy);
        // Answered, so accepted: what still waits to be accepted is refused as well.
        assert_eq!(answer(&connection, "hello"), "hello");
        proxy.set(Fault::Refuse);
        assert!(TcpStream::connect(("127.0.0.1", proxy.port())).is_err());
        assert_eq!(answer(&connection, "still there"), "still there");

        proxy.set(Fault::Stall);
        let stalled = connect_to(&proxy);
        stalled.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        (&stalled).write_all(b"?").unwrap();
        let kind = (&stalled).read(&mut [0]).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{kind:?}");

        proxy.set(Fault::Delay(Duration::from_millis(150)));
        let begin = Instant::now();
        assert_eq!(answer(&connection, "late"), "late");
        assert!(begin.elapsed() >= Duration::from_millis(300), "{:?}", begin.elapsed());
    }
}
