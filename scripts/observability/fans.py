"""Fans who use a program: over HTTP, a WebSocket, event streams. By the standard library alone."""

import base64
import http.client
import json
import os
import socket
import struct
import urllib.error
import urllib.request
import uuid

PASSWORD = "correct horse battery staple"

SIGN_UP = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }"
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }"
RESERVE = "mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }"
PAY = "mutation ($input: PayReservationInput!) { payReservation(input: $input) { reservation { id status } } }"
REFUND = "mutation ($input: RefundReservationInput!) { refundReservation(input: $input) { reservation { status } } }"
TICKETS = "query ($id: ID!) { reservation(id: $id) { tickets { id code } } }"
OFFER = "mutation ($input: CreateListingInput!) { createListing(input: $input) { listing { id } } }"
ORDER = "mutation ($input: OrderListingInput!) { orderListing(input: $input) { order { id } } }"
CHECK_IN = "mutation ($input: CheckInInput!) { checkIn(input: $input) { checkIn { outcome } } }"
MATCHES = "{ matches(first: 5) { totalCount nodes { matchNumber } } }"
AVAILABILITY = "subscription ($numbers: [Int!]) { availability(matchNumbers: $numbers) { version } }"

EVENTS = "text/event-stream"
PARTS = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'


class Fan:
    """A visitor with an account, or with none yet."""

    def __init__(self, address, token=None):
        self.address, self.token = address, token

    def ask(self, query, **variables):
        """The data and the codes of the errors of an answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json", **self.bearer()}
        request = urllib.request.Request(f"http://{self.address}/graphql", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                result = json.load(answer)
        except urllib.error.HTTPError as refused:
            result = json.load(refused)
        codes = [error.get("extensions", {}).get("code") for error in result.get("errors", [])]
        return result.get("data"), codes

    def does(self, query, **variables):
        """The data of an answer that has no errors."""
        data, codes = self.ask(query, **variables)
        assert not codes, f"{query} is answered with {codes}"
        return data

    def refused(self, code, query, **variables):
        """Asks for what is answered with this error."""
        codes = self.ask(query, **variables)[1]
        assert codes == [code], f"{query} is answered with {codes}, not with {code}"

    def bearer(self):
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def signed_up(self):
        email = f"{uuid.uuid4().hex}@example.com"
        session = self.does(SIGN_UP, input={"email": email, "password": PASSWORD})["signUp"]
        return Fan(self.address, session["accessToken"])

    def signed_in(self, email):
        session = self.does(SIGN_IN, input={"email": email, "password": PASSWORD})["signIn"]
        return Fan(self.address, session["accessToken"])

    def holds(self, match, category=1, quantity=1):
        wish = {"matchNumber": match, "category": category, "quantity": quantity}
        return self.does(RESERVE, input=wish)["reserve"]["reservation"]["id"]

    def pays(self, reservation):
        self.does(PAY, input={"reservationId": reservation, "paymentMethod": "pm_card_visa"})

    def buys(self, match):
        """The reservation and the ticket that came of it."""
        reservation = self.holds(match)
        self.pays(reservation)
        return reservation, self.does(TICKETS, id=reservation)["reservation"]["tickets"][0]

    def streams(self, accept, match, until):
        """Subscribes by an HTTP answer that goes on, hears the first result, and leaves."""
        connection = http.client.HTTPConnection(self.address, timeout=30)
        body = json.dumps({"query": AVAILABILITY, "variables": {"numbers": [match]}})
        connection.request("POST", "/graphql", body, {"content-type": "application/json", "accept": accept})
        answer = connection.getresponse()
        heard = b""
        while until not in heard:
            piece = answer.read1(65536)
            assert piece, f"the stream ended after {heard!r}"
            heard += piece
        connection.close()


class Socket:
    """A WebSocket of `graphql-transport-ws`, acknowledged."""

    def __init__(self, address):
        host, port = address.split(":")
        self.stream = socket.create_connection((host, int(port)), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        asked = [
            "GET /graphql HTTP/1.1",
            f"Host: {address}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        ]
        self.stream.sendall("\r\n".join([*asked, "", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._exactly(1)
        assert b" 101 " in head, head
        self.say({"type": "connection_init"})
        assert self.hear()["type"] == "connection_ack"

    def _exactly(self, count):
        read = b""
        while len(read) < count:
            piece = self.stream.recv(count - len(read))
            assert piece, "the socket is gone"
            read += piece
        return read

    def _send(self, kind, payload):
        mask = os.urandom(4)
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + struct.pack("!H", len(payload))
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
        self.stream.sendall(bytes([0x80 | kind]) + length + mask + masked)

    def say(self, message):
        self._send(1, json.dumps(message).encode())

    def frame(self):
        """The kind and the payload of the next frame; pings are answered."""
        while True:
            first, second = self._exactly(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self._exactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self._exactly(8))
            payload = self._exactly(length)
            if first & 0x0F != 9:
                return first & 0x0F, payload
            self._send(10, payload)

    def hear(self):
        kind, payload = self.frame()
        assert kind == 1, f"a frame of kind {kind}: {payload!r}"
        return json.loads(payload)

    def subscribe(self, name, match):
        payload = {"query": AVAILABILITY, "variables": {"numbers": [match]}}
        self.say({"id": name, "type": "subscribe", "payload": payload})
        assert self.hear()["type"] == "next"

    def closed(self):
        """The code that the server closes with, whatever it says before."""
        kind, payload = self.frame()
        while kind != 8:
            kind, payload = self.frame()
        self.stream.close()
        return struct.unpack("!H", payload[:2])[0]
