import com.apollographql.apollo.ApolloClient
import com.apollographql.apollo.api.Subscription
import com.apollographql.apollo.api.http.HttpRequest
import com.apollographql.apollo.api.http.HttpResponse
import com.apollographql.apollo.exception.SubscriptionOperationException
import com.apollographql.apollo.network.http.HttpInterceptor
import com.apollographql.apollo.network.http.HttpInterceptorChain
import com.apollographql.apollo.network.websocket.GraphQLWsProtocol
import com.apollographql.apollo.network.websocket.WebSocketNetworkTransport
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlin.random.Random
import kotlin.time.Duration.Companion.seconds

fun clientOf(site: String, session: Session): ApolloClient = ApolloClient.Builder()
    .serverUrl("$site/graphql")
    .addHttpInterceptor(Bearer(session))
    .subscriptionNetworkTransport(
        WebSocketNetworkTransport.Builder()
            .serverUrl("ws${site.removePrefix("http")}/graphql")
            // Asked for each socket, so that each has a token that is valid.
            .wsProtocol(GraphQLWsProtocol { mapOf("authorization" to "Bearer ${session.token()}") })
            .pingInterval(20.seconds)
            .build(),
    )
    .build()

private class Bearer(private val session: Session) : HttpInterceptor {
    override suspend fun intercept(request: HttpRequest, chain: HttpInterceptorChain): HttpResponse =
        chain.proceed(request.newBuilder().addHeader("authorization", "Bearer ${session.token()}").build())
}

/** What a subscription sends, for ever: through restarts and ends of tokens. [subscription] is asked for each connection. */
fun <D : Subscription.Data> ApolloClient.follow(subscription: () -> Subscription<D>): Flow<D> = flow {
    var tries = 0
    while (true) {
        var isComplete = true
        subscription(subscription()).toFlow().collect { response ->
            val failure = response.exception
            if (failure == null) {
                tries = 0
                emit(response.dataOrThrow())
            } else {
                if (failure is SubscriptionOperationException && code(failure) !in PASSING) throw failure
                isComplete = false
            }
        }
        if (isComplete) return@flow
        delay((1.seconds * (1 shl tries.coerceAtMost(5))).coerceAtMost(30.seconds) * Random.nextDouble(0.5, 1.0))
        tries += 1
    }
}

/** Refusals that a later try can change. */
private val PASSING = setOf("RATE_LIMITED", "SERVICE_UNAVAILABLE", "UNAUTHENTICATED")

private fun code(refused: SubscriptionOperationException): Any? {
    val error = (refused.payload as? List<*>)?.firstOrNull() as? Map<*, *>
    return (error?.get("extensions") as? Map<*, *>)?.get("code")
}
