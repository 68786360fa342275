import com.apollographql.apollo.ApolloClient
import com.apollographql.apollo.api.Optional
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import matchday.AvailabilitySubscription
import matchday.MatchesQuery
import matchday.ReservationSubscription
import matchday.ReserveMutation
import matchday.type.AvailabilityStatus
import matchday.type.ReserveInput
import matchday.type.VersionInput
import java.util.UUID

suspend fun main() {
    val site = "http://127.0.0.1:8000"
    val session = Session(site)
    session.signUp("${UUID.randomUUID()}@example.com", UUID.randomUUID().toString())
    val client = clientOf(site, session)

    showMatches(client)
    val attempt = ReserveInput(
        matchNumber = 1,
        category = 1,
        quantity = 2,
        // The key names this attempt: sent again after a lost answer, it holds nothing twice.
        idempotencyKey = Optional.present(UUID.randomUUID().toString()),
    )
    val held = client.mutation(ReserveMutation(attempt)).execute().dataOrThrow().reserve.reservation
    coroutineScope {
        launch { watchMatches(client) }
        launch { watchHold(client, held) }
    }
}

suspend fun showMatches(client: ApolloClient) {
    val matches = client.query(MatchesQuery(first = Optional.present(3))).execute().dataOrThrow().matches.nodes
    for (match in matches) {
        val state = when (match.categories.first().status) {
            AvailabilityStatus.AVAILABLE -> "on sale"
            AvailabilityStatus.SOLD_OUT -> "sold out"
            // Also UNKNOWN__: a status that Matchday did not have when this was compiled.
            else -> "not on sale now"
        }
        println("${match.homeTeam} v ${match.awayTeam}: $state")
    }
}

suspend fun watchMatches(client: ApolloClient) {
    val versions = mutableMapOf<Int, Int>()
    // Each connection sends what has come, so that only what is newer comes.
    val since = { AvailabilitySubscription(Optional.present(versions.map { (number, version) -> VersionInput(number, version) })) }
    client.follow(since).collect { (match) ->
        versions[match.matchNumber] = match.version
        println("match ${match.matchNumber} ${match.version} ${match.categories.map { it.sellable }}")
    }
}

suspend fun watchHold(client: ApolloClient, held: ReserveMutation.Reservation) {
    client.follow { ReservationSubscription(held.id) }.collect { (reservation) ->
        println("hold ${held.reference} ${reservation.status} ${reservation.version}")
    }
}
