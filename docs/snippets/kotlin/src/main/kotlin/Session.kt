import com.apollographql.apollo.ApolloClient
import com.apollographql.apollo.api.ApolloResponse
import com.apollographql.apollo.api.Optional
import com.apollographql.apollo.api.http.valueOf
import com.apollographql.apollo.network.http.HttpInfo
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import matchday.RefreshMutation
import matchday.SignUpMutation
import matchday.fragment.Tokens
import matchday.type.RefreshSessionInput
import matchday.type.SignUpInput
import java.time.Duration
import java.time.Instant
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeMark
import kotlin.time.TimeSource
import kotlin.time.toKotlinDuration

/** A session: opened once, and refreshed before its access token ends. */
class Session(site: String) {
    // Its requests carry no token, so that a refresh does not wait for itself.
    private val client = ApolloClient.Builder().serverUrl("$site/graphql").build()
    private val refreshing = Mutex()
    private lateinit var tokens: Tokens
    private lateinit var refreshAt: TimeMark

    suspend fun signUp(email: String, password: String) {
        val response = client.mutation(SignUpMutation(SignUpInput(email = email, password = password))).execute()
        keep(response.dataOrThrow().signUp.tokens, response)
    }

    /** A token that is valid. Calls at the same time share one refresh, because each refresh token is used once. */
    suspend fun token(): String = refreshing.withLock {
        if (refreshAt.hasPassedNow()) {
            val input = RefreshSessionInput(refreshToken = Optional.present(tokens.refreshToken))
            val response = client.mutation(RefreshMutation(input)).execute()
            keep(response.dataOrThrow().refreshSession.tokens, response)
        }
        tokens.accessToken!!
    }

    private fun keep(opened: Tokens, response: ApolloResponse<*>) {
        // The site's clock says how long the token lives; the clock of this device may be wrong.
        val date = response.executionContext[HttpInfo]?.headers?.valueOf("date")
        val now = date?.let { ZonedDateTime.parse(it, RFC_1123_DATE_TIME).toInstant() } ?: Instant.now()
        val lifetime = Duration.between(now, Instant.parse(opened.expiresAt)).toKotlinDuration()
        refreshAt = TimeSource.Monotonic.markNow() + lifetime - 5.seconds
        tokens = opened
    }
}
