"""A session at Matchday: opened once, and refreshed before its access token ends."""

import asyncio
import time
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

FIELDS = "{ accessToken refreshToken expiresAt }"
SIGN_UP = f"mutation ($input: SignUpInput!) {{ session: signUp(input: $input) {FIELDS} }}"
SIGN_IN = f"mutation ($input: SignInInput!) {{ session: signIn(input: $input) {FIELDS} }}"
REFRESH = f"mutation ($input: RefreshSessionInput!) {{ session: refreshSession(input: $input) {FIELDS} }}"
MARGIN_SECONDS = 5


class Refused(Exception):
    """An error of GraphQL; `code` is what to branch on."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["extensions"]["code"]


class Session(httpx.Auth):
    """Authenticates each request of httpx. `token` is for sockets."""

    def __init__(self, site):
        self._site = site
        self._refreshing = asyncio.Lock()

    async def sign_up(self, email, password):
        await self._open(SIGN_UP, {"email": email, "password": password})

    async def sign_in(self, email, password):
        await self._open(SIGN_IN, {"email": email, "password": password})

    async def token(self):
        # One refresh at a time: a refresh token is used once.
        async with self._refreshing:
            if time.monotonic() > self._refresh_at:
                await self._open(REFRESH, {"refreshToken": self._refresh_token})
        return self._access_token

    async def async_auth_flow(self, request):
        request.headers["authorization"] = f"Bearer {await self.token()}"
        yield request

    async def _open(self, mutation, variables):
        async with httpx.AsyncClient() as http:
            body = {"query": mutation, "variables": {"input": variables}}
            response = await http.post(f"{self._site}/graphql", json=body)
        result = response.json()
        if "errors" in result:
            raise Refused(result["errors"][0])
        session = result["data"]["session"]
        # The site's clock says how long the token lives; the clock of this machine may be wrong.
        now = parsedate_to_datetime(response.headers["date"])
        lifetime = (datetime.fromisoformat(session["expiresAt"]) - now).total_seconds()
        self._refresh_at = time.monotonic() + lifetime - MARGIN_SECONDS
        self._access_token, self._refresh_token = session["accessToken"], session["refreshToken"]
