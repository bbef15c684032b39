/* One service that asks another. */

namespace c basket

exception NoSuchArticle {
    1: string article
}

/** What things cost; slow to say so. */
service Prices {
    i32 price(1: string article) throws (1: NoSuchArticle unknown)
}

service Basket {
    /** The sum of what the articles cost, each of which Prices is asked for. */
    i32 total(1: list<string> articles) throws (1: NoSuchArticle unknown)
}
