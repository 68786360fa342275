import { cacheExchange } from '@urql/exchange-graphcache';

const embedded = () => null;

export const cache = cacheExchange({
  keys: {
    // #part keys
    // Parts of what shows them.
    AccountDeletion: embedded,
    DeletionObstacle: embedded,
    ExtensionTerms: embedded,
    KeptRecord: embedded,
    Money: embedded,
    Payment: embedded,
    PaymentTrouble: embedded,
    Payout: embedded,
    RateLimit: embedded,
    Recommendation: embedded,
    RecommendationModel: embedded,
    RecommendationReason: embedded,
    Refund: embedded,
    RefundTerms: embedded,
    ResaleTerms: embedded,
    ReservationStep: embedded,
    SearchAdvice: embedded,
    SearchFacet: embedded,
    SearchFacetValue: embedded,
    SearchHighlight: embedded,
    SearchHighlightPiece: embedded,
    SearchHit: embedded,
    // Its name is that of the time of the listing.
    Seller: embedded,
    Site: embedded,
    TestCard: embedded,
    TicketCategory: embedded,
    TicketTransfer: embedded,
    TransferTerms: embedded,
    // By something else than `id`.
    MatchAvailability: ({ matchNumber }) => String(matchNumber),
    // #end keys
  },
});
