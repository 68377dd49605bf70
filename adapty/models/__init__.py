"""What goes to Adapty and what comes back: small frozen classes."""

from adapty.models.mail import DeviceInfo, MailProfile, Offer, OfferCategory, OfferType, TransactionEvent

__all__ = ["DeviceInfo", "MailProfile", "Offer", "OfferCategory", "OfferType", "TransactionEvent"]
